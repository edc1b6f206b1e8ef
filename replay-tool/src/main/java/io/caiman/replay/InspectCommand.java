package io.caiman.replay;

import io.caiman.replay.dataset.DatasetException;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.inspect.InspectionReport;
import io.caiman.replay.inspect.LogInspection;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code inspect}: what is in a log, without a broker. Exit codes: 0 done, 2 wrong options or input.
 */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads a recommendation log and tells what is in it: impressions and label rates by domain, users that gAUC is",
            "over, slots and their ids, time, and bad lines by reason. Sends nothing."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  caiman inspect --dataset movielens --data ml-latest-small",
            "  caiman inspect --dataset kuairand --data KuaiRand-1K --domains 0,1,2,4,6"
        })
public final class InspectCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DatasetMixin dataset = new DatasetMixin();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (ImpressionSource source = dataset.dataset().open(dataset.options())) {
            LineProgress progress = new LineProgress(err, LineProgress.DEFAULT_INTERVAL, System::nanoTime);
            source.prepare(progress::preparing);
            LogInspection log = LogInspection.of(source);
            out.print(InspectionReport.of(dataset.dataset().cliName(), log, source.counts()));
            out.flush();
            return CommandLine.ExitCode.OK;
        } catch (DatasetException e) {
            err.println(spec.commandLine().getColorScheme().errorText("inspect: " + e.getMessage()));
            err.flush();
            return CommandLine.ExitCode.USAGE;
        }
    }
}

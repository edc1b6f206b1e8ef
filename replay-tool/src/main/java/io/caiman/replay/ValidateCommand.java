package io.caiman.replay;

import io.caiman.replay.dataset.DatasetException;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LineCounts;
import io.caiman.replay.dataset.LogEntry;
import io.caiman.replay.inspect.LogInspection;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code validate}: whether every line of a log can be used. Exit codes: 0 yes, 1 no, 2 wrong options or input.
 */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads a recommendation log and names each line that a replay would have to drop, with the reason. Sends nothing.",
            "Exits with 0 if there is none, with 1 otherwise."
        },
        footerHeading = "%nExample:%n",
        footer = "  caiman validate --dataset kuairand --data KuaiRand-1K && caiman replay --dataset kuairand ...")
public final class ValidateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DatasetMixin dataset = new DatasetMixin();

    @Option(
            names = "--show",
            paramLabel = "N",
            defaultValue = "20",
            description = "Name at most so many lines. Default: ${DEFAULT-VALUE}.")
    private long show;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (ImpressionSource source = dataset.dataset().open(dataset.options())) {
            LineProgress progress = new LineProgress(err, LineProgress.DEFAULT_INTERVAL, System::nanoTime);
            source.prepare(progress::preparing);
            long bad = 0;
            while (source.hasNext()) {
                if (source.next() instanceof LogEntry.BadLine line && bad++ < show) {
                    out.printf(
                            "%s: %s%n",
                            LogInspection.place(line.letter()), line.letter().getReason());
                }
            }
            if (bad > show) {
                out.printf("... and %,d more%n", bad - show);
            }
            LineCounts counts = source.counts();
            out.printf("%,d lines read, %,d impressions, %,d bad lines%n", counts.read(), counts.impressions(), bad);
            out.flush();
            return bad == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } catch (DatasetException e) {
            err.println(spec.commandLine().getColorScheme().errorText("validate: " + e.getMessage()));
            err.flush();
            return CommandLine.ExitCode.USAGE;
        }
    }
}

package io.caiman.replay;

import io.caiman.replay.dataset.BadLineLimit;
import io.caiman.replay.dataset.DatasetException;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LineCounts;
import io.caiman.replay.dataset.PreparedLog;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code prepare}: a log as files that replay at full speed. Exit codes: 0 done, 2 wrong options or input. */
@Command(
        name = "prepare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads, joins and sorts a recommendation log once, into a folder that 'replay --dataset prepared' then sends",
            "at full speed, as often as wanted. The folder holds Avro container files, which other tools read too."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  caiman prepare --dataset kuairand --data KuaiRand-1K --domains 0,1,2,4,6 --to kuairand-1k",
            "  caiman replay --dataset prepared --data kuairand-1k --bootstrap-servers localhost:9092"
        })
public final class PrepareCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DatasetMixin dataset = new DatasetMixin();

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "The folder to make.")
    private Path to = Path.of("");

    @Option(
            names = "--max-bad",
            paramLabel = "PERCENT",
            defaultValue = "100%",
            converter = ReplayCommand.BadLineLimitConverter.class,
            description = "Stop if more of the log's lines are bad, such as 0.1%%. Default: any number.")
    private BadLineLimit maxBad = BadLineLimit.NONE;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (ImpressionSource source = dataset.dataset().open(dataset.options())) {
            long start = System.nanoTime();
            LineProgress progress = new LineProgress(err, LineProgress.DEFAULT_INTERVAL, System::nanoTime);
            source.prepare(progress::preparing);
            LineCounts counts = PreparedLog.write(
                    source, maxBad, to, entries -> progress.writing(entries, source.expectedEntries()));
            double seconds = (System.nanoTime() - start) / 1e9;
            out.printf(
                    Locale.ROOT,
                    "%,d impressions and %,d bad lines prepared in %.1f s (%,.0f lines/s) in %s%n%s%n",
                    counts.impressions(),
                    counts.bad(),
                    seconds,
                    counts.read() / seconds,
                    to,
                    source.provenance().description());
            out.flush();
            return CommandLine.ExitCode.OK;
        } catch (DatasetException e) {
            err.println(spec.commandLine().getColorScheme().errorText("prepare: " + e.getMessage()));
            err.flush();
            return CommandLine.ExitCode.USAGE;
        }
    }
}

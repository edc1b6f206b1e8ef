package io.caiman.local.demo;

import io.caiman.dashboard.DashboardStartException;
import io.caiman.jobs.options.DeviceOption;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.jobs.options.WatermarkOptions;
import io.caiman.local.broker.BrokerStartException;
import io.caiman.local.figures.OutputFiles;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecException;
import io.caiman.replay.DatasetMixin;
import io.caiman.replay.Pace;
import io.caiman.replay.ReplayException;
import io.caiman.replay.Terminal;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetException;
import io.caiman.replay.dataset.ImpressionSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs everything in this JVM, from a log to a report. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = false,
        description =
                "Replays a log through a broker, trains on it, measures and shows the figures: all in this process.",
        footer = {
            "",
            "Examples:",
            "  caiman demo",
            "  caiman demo --dataset movielens --data ml-latest-small --report report.json --predictions predictions.csv",
            "  caiman demo --specs champion.yaml,challenger.yaml         (several models on one stream, compared)",
            "  caiman demo --limit 1000000 --work-dir /var/tmp/run-1     (killed and started again, it goes on)"
        })
public final class DemoCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private DatasetMixin log = new DatasetMixin();

    @Mixin
    private ModelsMixin models = new ModelsMixin();

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Option(
            names = "--rate",
            defaultValue = "max",
            paramLabel = "N|max",
            description = "Impressions sent in a second at most. Default: ${DEFAULT-VALUE}.")
    private String rate = "max";

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "Keeps the run's state; a run that was stopped goes on when started again with it."
                    + " Default: a temporary folder, deleted at the end.")
    private Optional<Path> workDirectory = Optional.empty();

    @Option(names = "--report", paramLabel = "FILE", description = "Writes the figures as JSON.")
    private Optional<Path> report = Optional.empty();

    @Option(names = "--predictions", paramLabel = "FILE", description = "Writes every prediction as CSV.")
    private Optional<Path> predictions = Optional.empty();

    @Option(
            names = "--exit-when-done",
            description =
                    "Ends when all is done; without it the dashboard stays up. Default where there is no terminal.")
    private boolean exitWhenDone;

    @Option(
            names = "--dashboard-port",
            defaultValue = "8080",
            paramLabel = "PORT",
            description = "Port of the dashboard; 0: any free one. Default: ${DEFAULT-VALUE}.")
    private int dashboardPort;

    @Option(
            names = "--flink-port",
            defaultValue = "8081",
            paramLabel = "PORT",
            description = "Port of Flink's web interface; 0: any free one. Default: ${DEFAULT-VALUE}.")
    private int flinkPort;

    @Override
    public Integer call() throws Exception {
        Path path = workDirectory.isPresent() ? workDirectory.get() : temporary();
        // Before any class that logs is loaded: Log4j reads these once.
        System.setProperty("caiman.log.file", path.resolve("caiman.log").toString());
        System.setProperty("caiman.log.to", "file");
        DemoOptions options = options();
        try (ImpressionSource opened = open(options)) {
            report.ifPresent(file -> OutputFiles.checkWritable("--report", file));
            predictions.ifPresent(file -> OutputFiles.checkWritable("--predictions", file));
            RunDirectory directory = claim(path, options);
            new Demo(options, opened, directory, command.commandLine().getOut()).run();
        } catch (ReplayException | BrokerStartException | DashboardStartException | IllegalArgumentException e) {
            throw refused(e);
        }
        return CommandLine.ExitCode.OK;
    }

    /** A new directory, deleted when this process ends, be it because the run is refused. */
    private static Path temporary() throws IOException {
        Path made = Files.createTempDirectory("caiman-");
        Runtime.getRuntime().addShutdownHook(new Thread(new RunDirectory(made)::delete));
        return made;
    }

    private DemoOptions options() {
        try {
            Dataset dataset = log.dataset();
            List<ModelSpec> specs = models.specs(shipped(dataset), log.seed());
            return new DemoOptions(
                    dataset,
                    log.optionsFor(specs.get(0).onlyDomains()),
                    specs,
                    windows(dataset),
                    rate(),
                    device.device(),
                    report,
                    predictions,
                    exitWhenDone || !Terminal.isInteractive(),
                    dashboardPort,
                    flinkPort);
        } catch (SpecException | DatasetException | IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private Pace rate() {
        try {
            return Pace.perSecond(rate);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--rate: " + e.getMessage(), e);
        }
    }

    private static Path shipped(Dataset dataset) {
        String name = dataset == Dataset.KUAIRAND ? "kuairand-1k" : dataset.cliName();
        return Path.of(System.getenv().getOrDefault("CAIMAN_HOME", "."), "conf", name + ".yaml");
    }

    /** Rolling windows that suit how long the log is in event time: two decades of MovieLens, a month of the others. */
    private static MetricsOptions windows(Dataset dataset) {
        Configuration configuration = new Configuration();
        configuration.setString(MetricsOptions.PANE.key(), dataset == Dataset.MOVIELENS ? "30d" : "6h");
        configuration.setString(MetricsOptions.WINDOW.key(), dataset == Dataset.MOVIELENS ? "360d" : "48h");
        // All models of a run are under way, and one that fails ends it: however slow they are, figures wait for each.
        configuration.set(WatermarkOptions.MODEL_WAIT, Duration.ofDays(1));
        return MetricsOptions.from(configuration);
    }

    /** Opening checks files, headers and side tables: what is wrong with the log is told before anything starts. */
    private ImpressionSource open(DemoOptions options) {
        try {
            return options.dataset().open(options.log());
        } catch (DatasetException e) {
            throw refused(e);
        }
    }

    private RunDirectory claim(Path path, DemoOptions options) {
        try {
            return RunDirectory.claim(path, options.identity());
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private ParameterException refused(RuntimeException e) {
        return new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
}

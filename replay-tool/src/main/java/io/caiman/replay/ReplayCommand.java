package io.caiman.replay;

import io.caiman.replay.dataset.BadLineLimit;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetException;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.replay.dataset.DelayedLabels;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LabelDelays;
import io.caiman.replay.dataset.LoopedLog;
import io.caiman.schemas.ClientProperties;
import io.caiman.schemas.Topics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code replay}: sends a dataset to Kafka. Exit codes: 0 done, 1 failed on the way, 2 wrong options or input. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends a recommendation log to Kafka, impression by impression in order of event time.",
            "Stopped half-way, the same command resumes: no impression is lost or sent twice."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  The made-up log, as fast as possible:",
            "    caiman replay --bootstrap-servers localhost:9092",
            "  MovieLens at 2,000 impressions a second:",
            "    caiman replay --dataset movielens --data ml-latest-small --rate 2000 \\",
            "        --bootstrap-servers localhost:9092",
            "  The five largest tabs of KuaiRand, to a cluster with TLS:",
            "    caiman replay --dataset kuairand --data KuaiRand-1K --domains 0,1,2,4,6 \\",
            "        --bootstrap-servers kafka:9093 --command-config client.properties",
            "  A day an hour, with clicks that come later than what was clicked:",
            "    caiman replay --dataset prepared --data kuairand-1k --speed 24x --label-delay click=exp:1m \\",
            "        --bootstrap-servers localhost:9092",
            "  How well any model could do on the made-up log (sends nothing):",
            "    caiman replay --oracle"
        })
public final class ReplayCommand implements Callable<Integer> {

    private static final int FAILED = CommandLine.ExitCode.SOFTWARE;
    private static final int WRONG_INPUT = CommandLine.ExitCode.USAGE;
    private static final long FOREVER = Long.MAX_VALUE;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DatasetMixin dataset = new DatasetMixin();

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Kafka brokers, separated by commas.")
    private @Nullable String bootstrapServers;

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description = "Kafka client properties, such as TLS and SASL settings.")
    private @Nullable Path commandConfig;

    @Option(
            names = "--topic-prefix",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Put before the names of the topics impressions, feedback and dead-letters.")
    private String topicPrefix = "";

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = {
                "Partitions of all topics that are yet to be made; impressions and feedback must have so many where they exist.",
                "Default: 1."
            })
    private @Nullable Integer partitions;

    @Option(
            names = "--rate",
            paramLabel = "N|max",
            converter = RateConverter.class,
            description = "Impressions a second at most. Default: max.")
    private @Nullable Pace rate;

    @Option(
            names = "--speed",
            paramLabel = "Nx",
            converter = SpeedConverter.class,
            description = "Follow event time, so much faster: 60x is an hour a minute, 1x as it was.")
    private @Nullable Pace speed;

    @Option(
            names = "--catch-up",
            paramLabel = "TIME",
            defaultValue = ReplayOptions.DEFAULT_CATCH_UP_TEXT,
            converter = TimeConverter.class,
            description = {
                "How much of a pause to make up for by sending without waiting; the rest of it delays all that follows.",
                "Default: ${DEFAULT-VALUE}."
            })
    private Duration catchUp = ReplayOptions.DEFAULT_CATCH_UP;

    @Option(
            names = "--loop",
            paramLabel = "N|forever",
            converter = LoopConverter.class,
            description = {
                "Replay the log so often, each time as many days later as it spans, for tests that run long.",
                "Default: 1."
            })
    private @Nullable Long loop;

    @Option(
            names = "--label-delay",
            paramLabel = "[TASK=]DELAY",
            split = ",",
            description = {
                "Send labels later than impressions, to the topic feedback: 10m for all tasks, click=30s for one,",
                "exp:1d for delays of a day on average. Train with --label-window then. Default: labels come at once."
            })
    private List<String> labelDelay = new ArrayList<>();

    @Option(
            names = "--lag",
            paramLabel = "GROUP",
            description = "Tell with the progress how far this consumer group is behind.")
    private @Nullable String lag;

    @Option(
            names = "--health-port",
            paramLabel = "PORT",
            description =
                    "Answer GET /healthz there: 200 while the replay moves, 503 when it has not for 60 s. Default: no such.")
    private @Nullable Integer healthPort;

    @Option(
            names = "--health-bind",
            paramLabel = "ADDRESS",
            defaultValue = HealthEndpoint.LOOPBACK,
            description = "Where --health-port listens. Default: ${DEFAULT-VALUE}.")
    private String healthBind = HealthEndpoint.LOOPBACK;

    @Option(
            names = "--max-bad",
            paramLabel = "PERCENT",
            defaultValue = "100%",
            converter = BadLineLimitConverter.class,
            description = "Send no impression if more of the log's lines are bad, such as 0.1%%. Default: any number.")
    private BadLineLimit maxBad = BadLineLimit.NONE;

    @Option(
            names = "--oracle",
            description = "Print the best AUC and gAUC any model can reach on the synthetic log, and send nothing.")
    private boolean oracle;

    @Override
    public Integer call() {
        CommandLine commandLine = spec.commandLine();
        ReplayOptions options;
        ImpressionSource source;
        try {
            if (oracle) {
                return printOracle(commandLine.getOut());
            }
            options = replayOptions(commandLine);
            source = source();
        } catch (DatasetException e) {
            return complain(commandLine, e, WRONG_INPUT);
        }
        try (source) {
            replay(source, options, commandLine.getErr());
            return CommandLine.ExitCode.OK;
        } catch (DatasetException | ReplayException e) {
            return complain(commandLine, e, FAILED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return complain(commandLine, e, FAILED);
        }
    }

    private ImpressionSource source() {
        DatasetOptions options = dataset.options();
        Long times = loop;
        ImpressionSource log = times == null
                ? dataset.dataset().open(options)
                : new LoopedLog(
                        () -> dataset.dataset().open(options),
                        times == FOREVER ? OptionalLong.empty() : OptionalLong.of(times));
        if (labelDelay.isEmpty()) {
            return log;
        }
        try {
            return new DelayedLabels(
                    log, LabelDelays.parse(labelDelay, dataset.seed().orElse(1)));
        } catch (IllegalArgumentException e) {
            log.close();
            throw new DatasetException("--label-delay: " + e.getMessage(), e);
        }
    }

    private void replay(ImpressionSource source, ReplayOptions options, PrintWriter out) throws InterruptedException {
        if (Terminal.isInteractive()) {
            try (BarProgress bar = new BarProgress(out)) {
                replay(source, options, bar);
            }
        } else {
            replay(source, options, new LineProgress(out, LineProgress.DEFAULT_INTERVAL, System::nanoTime));
        }
    }

    private void replay(ImpressionSource source, ReplayOptions options, ReplayListener progress)
            throws InterruptedException {
        Integer port = healthPort;
        if (port == null) {
            Replay.run(source, options, progress);
            return;
        }
        try (HealthEndpoint health = new HealthEndpoint(progress, healthBind, port, System::nanoTime)) {
            Replay.run(source, options, health);
        }
    }

    private int printOracle(PrintWriter out) {
        if (dataset.dataset() != Dataset.SYNTHETIC) {
            throw new DatasetException(
                    "--oracle: only the synthetic log knows its probabilities, not %s. Leave --dataset out."
                            .formatted(dataset.dataset().cliName()));
        }
        try (ImpressionSource source = dataset.dataset().open(dataset.options())) {
            out.print(OracleTable.of(source));
            out.flush();
        }
        return CommandLine.ExitCode.OK;
    }

    private ReplayOptions replayOptions(CommandLine commandLine) {
        Map<String, String> client = new HashMap<>();
        if (commandConfig != null) {
            try {
                client.putAll(ClientProperties.read(commandConfig));
            } catch (IllegalArgumentException e) {
                throw new DatasetException(String.valueOf(e.getMessage()), e);
            }
        }
        if (bootstrapServers != null) {
            client.put("bootstrap.servers", bootstrapServers);
        }
        if (!client.containsKey("bootstrap.servers")) {
            throw new ParameterException(
                    commandLine,
                    "--bootstrap-servers is missing: name the Kafka brokers, such as localhost:9092. (To try Caiman without a cluster: caiman demo.)");
        }
        OptionalInt wanted = partitions == null ? OptionalInt.empty() : OptionalInt.of(partitions);
        try {
            return new ReplayOptions(
                    client,
                    Topics.withPrefix(topicPrefix),
                    wanted,
                    pace(commandLine),
                    catchUp,
                    Optional.ofNullable(lag),
                    maxBad);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine, "--" + e.getMessage(), e);
        }
    }

    private Pace pace(CommandLine commandLine) {
        Pace byCount = rate;
        Pace byTime = speed;
        if (byCount != null && byTime != null) {
            throw new ParameterException(commandLine, "--rate and --speed both set the pace: leave one out.");
        }
        return byCount != null ? byCount : byTime != null ? byTime : Pace.MAX;
    }

    private static int complain(CommandLine commandLine, Exception e, int exitCode) {
        PrintWriter err = commandLine.getErr();
        err.println(commandLine.getColorScheme().errorText("replay: " + e.getMessage()));
        err.flush();
        return exitCode;
    }

    /** The replay without the launcher. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ReplayCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    /** Reads a value, and tells picocli what was expected where that fails. */
    private static <T> T converted(String value, Function<String, T> reading) {
        try {
            return reading.apply(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    static final class BadLineLimitConverter implements ITypeConverter<BadLineLimit> {
        @Override
        public BadLineLimit convert(String value) {
            return converted(value, BadLineLimit::parse);
        }
    }

    static final class RateConverter implements ITypeConverter<Pace> {
        @Override
        public Pace convert(String value) {
            return converted(value, Pace::perSecond);
        }
    }

    static final class SpeedConverter implements ITypeConverter<Pace> {
        @Override
        public Pace convert(String value) {
            return converted(value, Pace::eventTime);
        }
    }

    static final class TimeConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return converted(value, LabelDelays::duration);
        }
    }

    static final class LoopConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return value.equals("forever") ? FOREVER : Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected a number of times, or forever, got '%s'".formatted(value));
            }
        }
    }
}

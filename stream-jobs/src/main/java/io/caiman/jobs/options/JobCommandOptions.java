package io.caiman.jobs.options;

import io.caiman.jobs.checkpoints.CompletedCheckpoints;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options that the commands of both jobs share, as Flink's configuration; {@code -D} reaches every setting of Flink's
 * and of the jobs.
 */
public final class JobCommandOptions {

    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);
    private static final String LATEST = "latest";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec mixee = CommandSpec.create();

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT,...",
            description = "The Kafka cluster (default: localhost:9092).")
    private Optional<String> bootstrapServers = Optional.empty();

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description =
                    "Properties of all Kafka clients, such as those of TLS and SASL, as Kafka's own tools take them.")
    private Optional<String> commandConfig = Optional.empty();

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            description = "Put before the name of every topic (default: nothing).")
    private Optional<String> topicPrefix = Optional.empty();

    @Option(
            names = "--checkpoint-dir",
            paramLabel = "DIR",
            description =
                    "Where checkpoints are kept, also after the job ends: a folder, or a URI. One for each command.")
    private Optional<String> checkpointDirectory = Optional.empty();

    @Option(
            names = "--checkpoint-interval",
            paramLabel = "TIME",
            description =
                    "Time between checkpoints (default: 10s). What a job writes exactly once becomes visible at the"
                            + " checkpoint after it.")
    private Optional<String> checkpointInterval = Optional.empty();

    @Option(
            names = "--restore",
            paramLabel = "PATH",
            description = {
                "A checkpoint or savepoint to go on from, such as DIR/.../chk-N.",
                "'latest': the newest checkpoint under --checkpoint-dir that is whole; damaged ones are named and passed"
                        + " over. Without any checkpoint the job starts at the log's beginning."
            })
    private Optional<String> restore = Optional.empty();

    @Option(
            names = "--conf",
            paramLabel = "FILE",
            description = {
                "Options of the jobs and of Flink, in YAML; docs/configuration.md has those of the jobs. One file may serve all"
                        + " jobs. -D and the named options go before."
            })
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "-D",
            paramLabel = "KEY=VALUE",
            description = {
                "Any option of the jobs (caiman.metrics.refresh-interval, caiman.kafka.transaction-timeout) or of"
                        + " Flink, such as -D execution.target=remote. May be repeated; the named options go before.",
                "A value may be $${env:NAME} or $${file:PATH}, what the variable or the file has; a secret must be."
            })
    private Map<String, String> settings = new LinkedHashMap<>();

    /**
     * All of it as Flink's configuration: what every job wants, then the file, then {@code -D}, then the named options. Where to go
     * on from comes with {@link #restoring(Configuration)}.
     *
     * @throws IllegalArgumentException if the file cannot be read, or a key is not known
     */
    public Configuration configuration() {
        Configuration configuration = forJob(DEFAULT_INTERVAL);
        file.map(Settings::read).ifPresent(read -> read.forEach(configuration::setString));
        Settings.of("-D", settings).forEach(configuration::setString);
        set(configuration, KafkaOptions.BOOTSTRAP_SERVERS, bootstrapServers);
        set(configuration, KafkaOptions.COMMAND_CONFIG, commandConfig);
        set(configuration, KafkaOptions.TOPIC_PREFIX, topicPrefix);
        set(configuration, CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpointDirectory.map(JobCommandOptions::uri));
        set(configuration, CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpointInterval);
        return configuration;
    }

    /** The configuration, and the checkpoint to go on from if there is to be one. */
    public Configuration restoring(Configuration configuration) {
        Configuration complete = new Configuration(configuration);
        set(complete, StateRecoveryOptions.SAVEPOINT_PATH, restore.flatMap(path -> checkpoint(path, complete)));
        return complete;
    }

    /**
     * As {@link #restoring(Configuration)}, for one of several jobs of a command: its checkpoints lie in a folder of its own in
     * the directory that was named.
     *
     * @param folder a name that none of the other jobs has
     * @throws IllegalArgumentException if a single checkpoint was named to go on from
     */
    public Configuration restoring(Configuration configuration, String folder) {
        if (restore.isPresent() && !restore.get().equals(LATEST)) {
            throw new IllegalArgumentException(
                    "--restore is %s, but a checkpoint is of one model: write 'latest' for all, or start each with a command of its own"
                            .formatted(restore.get()));
        }
        Configuration ofJob = new Configuration(configuration);
        ofJob.getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
                .ifPresent(directory -> ofJob.set(
                        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                        directory.endsWith("/") ? directory + folder : directory + "/" + folder));
        return restoring(ofJob);
    }

    private Optional<?> checkpoint(String given, Configuration configuration) {
        if (!given.equals(LATEST)) {
            return Optional.of(given);
        }
        String directory = configuration
                .getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "--restore is latest, but there is no directory of checkpoints: name it with --checkpoint-dir"));
        try {
            return new CompletedCheckpoints(new org.apache.flink.core.fs.Path(directory))
                    .newestIntact(mixee.commandLine().getErr()::println);
        } catch (IllegalStateException | UncheckedIOException e) {
            throw new IllegalArgumentException("--restore latest: " + e.getMessage(), e);
        }
    }

    /** Sets an option that was given, as the text it was given as. */
    public static void set(Configuration configuration, ConfigOption<?> option, Optional<?> value) {
        value.ifPresent(given -> configuration.setString(option.key(), given.toString()));
    }

    /** What every job of ours wants: exactly-once checkpoints of RocksDB state that outlive the job. */
    public static Configuration forJob(Duration checkpointInterval) {
        Configuration configuration = new Configuration();
        configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpointInterval);
        configuration.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        configuration.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, CompletedCheckpoints.RETAINED);
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        return configuration;
    }

    /**
     * Where a job is defined and from where it starts: inside this process, on the cluster that {@code flink run} talks
     * to, or, with {@code execution.target} set, where that says. Such a cluster has Caiman's jars in its {@code lib}.
     */
    public static StreamExecutionEnvironment environment(Configuration configuration) {
        return configuration.contains(DeploymentOptions.TARGET)
                ? new StreamExecutionEnvironment(configuration)
                : StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    }

    /** Flink takes a directory without a scheme as one of the cluster's default file system; a user means a local one. */
    private static String uri(String directory) {
        return directory.contains(":/")
                ? directory
                : Path.of(directory).toAbsolutePath().normalize().toUri().toString();
    }
}

package io.caiman.faults;

import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.jobs.options.JobCommandOptions;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.rows.RowStoreOptions;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.jobs.training.TrainingOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.Pipeline;
import io.caiman.replay.EventTimeTopics;
import io.caiman.replay.Pace;
import io.caiman.replay.Replay;
import io.caiman.replay.ReplayListener;
import io.caiman.replay.ReplayOptions;
import io.caiman.replay.dataset.BadLineLimit;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;

/** One run of the training job over one replay of the log. */
final class TrainingRun {

    static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Rows are admitted late, given up soon, and hardly any fits the cache: every path of the row store is taken. */
    private static final ModelSpec SPEC = SpecReader.parse("faults", """
            name: crocodile
            task: click
            domains: ["0", "1", "2", "4", "6"]
            features: [user, item, domain, author, tag]
            embedding: {dimension: 4}
            experts: {count: 3, layers: [16, 8]}
            towers: [8]
            wide:
              mode: per-impression
              crosses: {pairs: [[user, tag]]}
              factors: {features: [user, item], dimension: 4}
            admission: {min-count: 2}
            eviction: {row-budget: 2000, min-score: 0.25}
            batch: {size: 64, max-wait-millis: 0}
            """);

    private final Installation cluster;
    private final Path directory;
    private final Topics topics;
    private final String name;
    private final int impressions;
    private final Thread replay;
    private volatile Pace rate;
    private JobID job = new JobID();

    TrainingRun(Installation cluster, Path directory, String prefix, int impressions, Pace rate) {
        this.cluster = cluster;
        this.directory = directory;
        this.topics = Topics.withPrefix(prefix);
        this.name = prefix;
        this.impressions = impressions;
        this.rate = rate;
        this.replay = new Thread(this::replay, "replay");
    }

    /**
     * Starts replay and job.
     *
     * @param settings for the job, over those that all runs have
     */
    void start(Configuration settings) throws Exception {
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().untilAsserted(this::createTopics);
        Configuration configuration = JobCommandOptions.forJob(Duration.ofSeconds(1));
        configuration.addAll(cluster.client());
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                directory.resolve(name + "checkpoints").toUri().toString());
        configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 100);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(500));
        configuration.addAll(settings);
        StreamExecutionEnvironment env = TrainCommand.environment(configuration);
        KafkaOptions kafka = new KafkaOptions(
                KafkaConnection.to(cluster.bootstrapServers()),
                topics,
                KafkaOptions.TRANSACTION_TIMEOUT.defaultValue());
        TrainingOptions options =
                new TrainingOptions(ComputeDevice.CPU, 0, new RowStoreOptions(100_000, 200_000, 2), Pipeline.EXACT);
        TrainCommand.addTo(env, kafka, SPEC, options);
        job = env.executeAsync(name).getJobID();
        replay.start();
    }

    private void createTopics() throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            EventTimeTopics.createMissing(admin, topics.all(), OptionalInt.of(1));
        }
    }

    /** Sends the log; started again, a replay goes on where the topic ends. */
    private void replay() {
        for (boolean done = false; !done; ) {
            ReplayOptions options = new ReplayOptions(
                    Map.of(
                            "bootstrap.servers",
                            cluster.bootstrapServers(),
                            "delivery.timeout.ms",
                            "20000",
                            "request.timeout.ms",
                            "3000"),
                    topics,
                    OptionalInt.empty(),
                    rate,
                    ReplayOptions.DEFAULT_CATCH_UP,
                    Optional.empty(),
                    BadLineLimit.NONE);
            try (ImpressionSource log =
                    Dataset.SYNTHETIC.open(DatasetOptions.ofSynthetic().withLimit(impressions))) {
                Replay.run(log, options, new ReplayListener() {});
                done = true;
            } catch (InterruptedException e) {
                System.out.println("the replay hurries");
            } catch (Exception e) {
                System.out.println("the replay failed and starts again: " + e);
            }
        }
    }

    /** Sends the rest of the log as fast as it can. */
    void hurry() {
        rate = Pace.MAX;
        replay.interrupt();
    }

    JobID job() {
        return job;
    }

    /** Waits until every impression has its prediction, and stops the job. */
    SavedModel finish() throws Exception {
        replay.join(PATIENCE.toMillis());
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> committed() >= impressions);
        String savepoint;
        try (RestClusterClient<?> client = new RestClusterClient<>(cluster.client(), "standalone")) {
            savepoint = client.stopWithSavepoint(
                            job,
                            false,
                            directory.resolve(name + "savepoint").toUri().toString(),
                            SavepointFormatType.CANONICAL)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        return SavedModel.read(savepoint, SPEC);
    }

    /** Predictions that are committed; 0 while the broker does not answer. */
    long committed() {
        try {
            return predictions().size();
        } catch (KafkaException e) {
            return 0;
        }
    }

    /** The committed predictions, as they are in the topic, with their keys. */
    List<String> predictions() {
        List<String> all = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topics.predictions(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        cluster.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "default.api.timeout.ms",
                        "5000"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    all.add(HexFormat.of().formatHex(record.key())
                            + " "
                            + HexFormat.of().formatHex(record.value()));
                }
            }
        }
        return all;
    }
}

package io.caiman.jobs.leaderboard;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caiman.jobs.checkpoints.CompletedCheckpoints;
import io.caiman.jobs.connect.KafkaBroker;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.options.LeastEvidence;
import io.caiman.jobs.options.WatermarkOptions;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The leaderboard between the topics of a real broker. */
class LeaderboardJobTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Topics TOPICS = Topics.withPrefix("test-");
    private static final LeaderboardOptions OPTIONS = new LeaderboardOptions(
            Reference.BASELINE,
            Duration.ofSeconds(20),
            List.of(Duration.ofSeconds(40), Duration.ofSeconds(100)),
            Duration.ofSeconds(20), // shorter than a model lags behind
            new WatermarkOptions(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30),
                    List.of("champion", "challenger", "other"),
                    Duration.ofMinutes(10)),
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            1_000_000,
            100_000,
            new LeastEvidence(20, 20, 8));

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    @Test
    void comparisons_reach_their_topic_exactly_once_though_the_job_was_stopped_and_went_on_from_a_checkpoint()
            throws Exception {
        List<Prediction> all = Reference.arriving(
                Reference.predictions(41, 1_200, 40, 1_700_000_000_123L, 300), 42, 5_000, Map.of("other", 60_000L));
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"))) {
            broker.create(2, TOPICS.all().toArray(String[]::new));
            List<ModelComparison> records = new ArrayList<>();
            try (KafkaConsumer<byte[], byte[]> comparisons = consumer(broker)) {
                produce(broker, all.subList(0, all.size() / 2));
                JobClient stopped = start(broker, Optional.empty());
                await().atMost(PATIENCE).until(() -> {
                    read(comparisons, records);
                    return records.size() > 20;
                });
                produce(broker, all.subList(all.size() / 2, all.size() * 3 / 4));
                stopped.cancel().get();
                Optional<String> checkpoint = new CompletedCheckpoints(checkpoints())
                        .newestIntact(damage -> {})
                        .map(Object::toString);
                assertThat(checkpoint).isPresent();
                JobClient job = start(broker, checkpoint);
                produce(broker, all.subList(all.size() * 3 / 4, all.size()));
                Map<String, ModelComparison> expected = Reference.cumulative(all, OPTIONS);
                await().atMost(PATIENCE).untilAsserted(() -> {
                    read(comparisons, records);
                    Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), expected);
                });
                job.cancel().get();
            }
            List<ModelComparison> rolling = records.stream()
                    .filter(r -> r.getKind() == WindowKind.ROLLING)
                    .toList();
            assertThat(rolling)
                    .as("windows wait for the model that lags behind")
                    .isNotEmpty()
                    .allMatch(r -> r.getRevision() == 0);
            assertThat(rolling.stream().map(Comparisons::key)).doesNotHaveDuplicates();
            Map<String, ModelComparison> windows = Reference.rolling(all, OPTIONS);
            rolling.forEach(r -> Reference.assertSame(r, requireNonNull(windows.get(Comparisons.key(r)))));
        }
    }

    private org.apache.flink.core.fs.Path checkpoints() {
        return new org.apache.flink.core.fs.Path(
                directory.resolve("checkpoints").toUri());
    }

    private JobClient start(KafkaBroker broker, Optional<String> checkpoint) throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("pipeline.generic-types", "false");
        configuration.setString("execution.checkpointing.interval", "300ms");
        configuration.setString("execution.checkpointing.dir", checkpoints().toString());
        configuration.setString("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
        checkpoint.ifPresent(path -> configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, path));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        KafkaOptions kafka = new KafkaOptions(broker.connection(), TOPICS, Duration.ofMinutes(1));
        env.getConfig().enableObjectReuse();
        LeaderboardTopology.build(env, kafka, OPTIONS);
        return env.executeAsync();
    }

    private static void produce(KafkaBroker broker, List<Prediction> predictions) {
        RecordCodec<Prediction> codec = RecordCodec.of(Prediction.class);
        try (var producer = new KafkaProducer<>(
                broker.connection().properties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (Prediction prediction : predictions) {
                var unused = producer.send(new ProducerRecord<>(
                        TOPICS.predictions(),
                        prediction.getUser().getBytes(StandardCharsets.UTF_8),
                        codec.encode(prediction)));
            }
            // Not to be used, and not in the way.
            Prediction unusable = Prediction.newBuilder(predictions.get(0))
                    .setScore(Double.NaN)
                    .build();
            for (byte[] value : List.of(codec.encode(unusable), "no prediction".getBytes(StandardCharsets.UTF_8))) {
                var unused = producer.send(new ProducerRecord<>(TOPICS.predictions(), value));
            }
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(KafkaBroker broker) {
        Properties properties = broker.connection().properties();
        properties.setProperty("group.id", "reader");
        properties.setProperty("auto.offset.reset", "earliest");
        properties.setProperty("isolation.level", "read_committed");
        var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(TOPICS.modelComparisons()));
        return consumer;
    }

    private static void read(KafkaConsumer<byte[], byte[]> consumer, List<ModelComparison> into) throws Exception {
        RecordCodec<ModelComparison> codec = RecordCodec.of(ModelComparison.class);
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
            into.add(codec.decode(record.value()));
        }
    }
}

package io.caiman.jobs.metrics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caiman.jobs.connect.KafkaBroker;
import io.caiman.jobs.connect.LogLines;
import io.caiman.jobs.leaderboard.LeaderboardTopology;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.jobs.options.WatermarkOptions;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.DomainMetrics;
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
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The job between the topics of a real broker. */
class MetricsJobTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Topics TOPICS = Topics.withPrefix("test-");
    private static final int PARTITIONS_WITH_PREDICTIONS = 3;
    private static final MetricsOptions OPTIONS = new MetricsOptions(
            Duration.ofSeconds(10),
            List.of(Duration.ofSeconds(60), Duration.ofSeconds(20)),
            List.of(),
            new WatermarkOptions(Duration.ZERO, Duration.ofSeconds(2), List.of(), Duration.ofMinutes(10)),
            Duration.ZERO,
            Optional.empty(),
            Duration.ofMillis(100),
            10);

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    @Test
    void figures_of_a_topic_reach_another_and_malformed_predictions_are_dead_letters() throws Exception {
        List<Prediction> all = Reference.predictions(21, 2_000, 30, 1_700_000_000_000L, 60);
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            // One partition stays empty: windows close all the same.
            broker.create(
                    PARTITIONS_WITH_PREDICTIONS + 1,
                    TOPICS.predictions(),
                    TOPICS.domainMetrics(),
                    TOPICS.deadLetters());
            // One partition after the other, as a consumer that catches up may see them; per user in order.
            produce(broker, all);
            JobClient job = start(broker);
            List<DomainMetrics> records = new ArrayList<>();
            List<DeadLetter> letters = new ArrayList<>();
            try (KafkaConsumer<byte[], byte[]> metrics = consumer(broker, TOPICS.domainMetrics());
                    KafkaConsumer<byte[], byte[]> dead = consumer(broker, TOPICS.deadLetters())) {
                Map<String, DomainMetrics> expected = Reference.cumulative(all);
                int windows = Reference.rolling(all, Panes.of(OPTIONS)).size();
                await().atMost(PATIENCE).untilAsserted(() -> {
                    read(metrics, DomainMetrics.class, records);
                    read(dead, DeadLetter.class, letters);
                    Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), expected);
                    assertThat(letters).hasSize(3);
                    // The windows that the end of every partition has passed; the last ones wait for what may still
                    // come.
                    assertThat(Reference.latest(records, WindowKind.ROLLING)).hasSizeGreaterThan(windows / 2);
                });
            }
            Map<String, DomainMetrics> rolling = Reference.rolling(all, Panes.of(OPTIONS));
            Map<String, DomainMetrics> published = Reference.latest(records, WindowKind.ROLLING);
            published.forEach((key, figures) -> Reference.assertSame(figures, requireNonNull(rolling.get(key), key)));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(committed(broker)).isEqualTo(all.size() + 3L));
            job.cancel().get();
        }
    }

    @Test
    void a_job_that_goes_on_from_a_savepoint_tells_of_the_checkpoint_and_the_offsets_it_reads_from() throws Exception {
        List<Prediction> all = Reference.predictions(22, 500, 30, 1_700_000_000_000L, 60);
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("broker"));
                LogLines log = LogLines.open()) {
            broker.create(
                    PARTITIONS_WITH_PREDICTIONS,
                    TOPICS.predictions(),
                    TOPICS.domainMetrics(),
                    TOPICS.modelComparisons(),
                    TOPICS.deadLetters());
            produce(broker, all);
            JobClient first = startWithLeaderboard(broker, Optional.empty());
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(committed(broker)).isEqualTo(all.size() + 3L));
            String savepoint = first.stopWithSavepoint(
                            false, directory.resolve("savepoints").toUri().toString(), SavepointFormatType.CANONICAL)
                    .get();
            JobClient second = startWithLeaderboard(broker, Optional.of(savepoint));
            // Each stage with state has two tasks; no task of a source is without a partition.
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(log.of("restored")).hasSize(6);
                assertThat(log.of("reading")).hasSize(8);
            });
            second.cancel().get();

            for (String group : List.of("caiman-metrics.test-predictions", "caiman-leaderboard.test-predictions.a")) {
                assertThat(offsetsRead(log, first, group))
                        .containsOnly("earliest")
                        .hasSize(PARTITIONS_WITH_PREDICTIONS);
                assertThat(offsetsRead(log, second, group)).containsExactlyElementsOf(ends(broker));
            }
            assertThat(log.of("restored"))
                    .allSatisfy(line -> assertThat(line)
                            .contains("job=" + second.getJobID(), "attempt=0")
                            .containsPattern(" checkpoint=[1-9]\\d*$"));
        }
    }

    /** What a job has told of a group, by partition. */
    private static List<String> offsetsRead(LogLines log, JobClient job, String group) {
        Map<String, String> offsets = new TreeMap<>();
        for (String line : log.of("reading")) {
            if (line.contains(" job=%s ".formatted(job.getJobID())) && line.contains(" group=%s ".formatted(group))) {
                assertThat(line).contains(" attempt=0 ");
                Pattern.compile("(test-predictions-\\d+):(\\w+)")
                        .matcher(line)
                        .results()
                        .forEach(offset -> offsets.put(offset.group(1), offset.group(2)));
            }
        }
        return List.copyOf(offsets.values());
    }

    private static List<String> ends(KafkaBroker broker) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker, TOPICS.predictions())) {
            return IntStream.range(0, PARTITIONS_WITH_PREDICTIONS)
                    .mapToObj(partition -> new TopicPartition(TOPICS.predictions(), partition))
                    .map(partition -> String.valueOf(
                            consumer.endOffsets(List.of(partition)).get(partition)))
                    .toList();
        }
    }

    private static JobClient startWithLeaderboard(KafkaBroker broker, Optional<String> savepoint) throws Exception {
        Configuration configuration = new Configuration();
        savepoint.ifPresent(path -> configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, path));
        configuration.set(LeaderboardOptions.BASELINE, "a");
        StreamExecutionEnvironment env = environment(configuration);
        LeaderboardTopology.build(
                env, define(env, broker), LeaderboardOptions.from(configuration).orElseThrow());
        return env.executeAsync();
    }

    private static JobClient start(KafkaBroker broker) throws Exception {
        StreamExecutionEnvironment env = environment(new Configuration());
        define(env, broker);
        return env.executeAsync();
    }

    private static StreamExecutionEnvironment environment(Configuration configuration) {
        configuration.setString("pipeline.generic-types", "false");
        configuration.setString("execution.checkpointing.interval", "500ms");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        return env;
    }

    private static KafkaOptions define(StreamExecutionEnvironment env, KafkaBroker broker) {
        KafkaOptions kafka = new KafkaOptions(broker.connection(), TOPICS, Duration.ofMinutes(1));
        MetricsJob.define(env, kafka, OPTIONS);
        return kafka;
    }

    private static void produce(KafkaBroker broker, List<Prediction> predictions) {
        RecordCodec<Prediction> codec = RecordCodec.of(Prediction.class);
        Prediction example = predictions.get(0);
        try (var producer = new KafkaProducer<>(
                broker.connection().properties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (Prediction prediction : predictions) {
                send(producer, prediction.getUser(), codec.encode(prediction));
            }
            send(producer, "x", "no prediction".getBytes(StandardCharsets.UTF_8));
            send(
                    producer,
                    "y",
                    codec.encode(
                            Prediction.newBuilder(example).setScore(Double.NaN).build()));
            send(
                    producer,
                    "z",
                    codec.encode(Prediction.newBuilder(example)
                            .setEventTimeMs(Long.MAX_VALUE)
                            .build()));
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String key, byte[] value) {
        var unused = producer.send(new ProducerRecord<>(
                TOPICS.predictions(),
                Math.floorMod(key.hashCode(), PARTITIONS_WITH_PREDICTIONS),
                key.getBytes(StandardCharsets.UTF_8),
                value));
    }

    private static KafkaConsumer<byte[], byte[]> consumer(KafkaBroker broker, String topic) {
        Properties properties = broker.connection().properties();
        properties.setProperty("group.id", "reader of " + topic);
        properties.setProperty("auto.offset.reset", "earliest");
        properties.setProperty("isolation.level", "read_committed");
        var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private static <T extends SpecificRecordBase> void read(
            KafkaConsumer<byte[], byte[]> consumer, Class<T> recordClass, List<T> into) throws Exception {
        RecordCodec<T> codec = RecordCodec.of(recordClass);
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
            into.add(codec.decode(record.value()));
        }
    }

    private static long committed(KafkaBroker broker) throws Exception {
        try (Admin admin = Admin.create(broker.connection().properties())) {
            return admin
                    .listConsumerGroupOffsets(MetricsJob.groupId(TOPICS))
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .values()
                    .stream()
                    .mapToLong(offset -> offset.offset())
                    .sum();
        }
    }
}

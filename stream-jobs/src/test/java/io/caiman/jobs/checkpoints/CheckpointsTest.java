package io.caiman.jobs.checkpoints;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.jobs.connect.KafkaBroker;
import io.caiman.jobs.options.JobCommandOptions;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.jobs.training.TrainingOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The training job's checkpoints on a disk that damages them. */
class CheckpointsTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(1)
            .setConfiguration(new Configuration().set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, Integer.MAX_VALUE))
            .build());

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int CHUNK = 600;

    /** The end of RocksDB's tables, which tells them from its other files. */
    private static final long TABLE_MAGIC = 0x88e241b785f4cff7L;

    private static final ModelSpec SPEC = SpecReader.parse("checkpoints", """
            name: crocodile
            task: click
            domains: ["a", "b"]
            features: [user, item, domain]
            embedding: {dimension: 4}
            experts: {count: 2, layers: [32, 16]}
            towers: [8]
            eviction: {row-budget: 100, min-score: 0.25}
            health: {every-steps: 3}
            batch: {size: 64, max-wait-millis: 0}
            """);

    @TempDir
    Path directory;

    @Test
    void a_job_whose_newest_checkpoints_are_damaged_goes_on_from_the_one_before_and_publishes_nothing_twice()
            throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"))) {
            Run whole = new Run(broker, "one.", directory.resolve("whole"));
            whole.send(0, 3 * CHUNK);
            whole.endLog();
            try (RunningJob job = whole.start(Optional.empty())) {
                job.awaitLetters(3 * CHUNK);
            }

            Run damaged = new Run(broker, "two.", directory.resolve("damaged"));
            damaged.send(0, CHUNK);
            Path older;
            int atOlder;
            try (RunningJob job = damaged.start(Optional.empty())) {
                Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() ->
                                damaged.published(damaged.topics.predictions()).size() > CHUNK / 2);
                atOlder = damaged.published(damaged.topics.predictions()).size();
                older = damaged.newest();
                damaged.send(CHUNK, 2 * CHUNK);
                job.awaitLetters(2 * CHUNK - SPEC.batch().size());
            }
            assertThat(damaged.published(damaged.topics.predictions())).hasSizeGreaterThan(atOlder + CHUNK / 2);
            List<Path> newer = damaged.checkpoints();
            newer.subList(newer.indexOf(older), newer.size()).clear();
            for (Path checkpoint : newer) {
                cut(checkpoint.resolve("_metadata"));
            }

            List<String> passedOver = new ArrayList<>();
            Optional<org.apache.flink.core.fs.Path> restored =
                    damaged.completed().newestIntact(passedOver::add);
            assertThat(restored.map(path -> Path.of(path.toUri()))).contains(older);
            assertThat(passedOver)
                    .hasSameSizeAs(newer)
                    .allSatisfy(line -> assertThat(line).contains("damaged", "_metadata"));
            try (RunningJob job = damaged.start(restored.map(Object::toString))) {
                damaged.send(2 * CHUNK, 3 * CHUNK);
                damaged.endLog();
                job.awaitLetters(3 * CHUNK);
            }

            for (List<String> topics : List.of(
                    List.of(whole.topics.predictions(), damaged.topics.predictions()),
                    List.of(whole.topics.modelHealth(), damaged.topics.modelHealth()),
                    List.of(whole.topics.rowTombstones(), damaged.topics.rowTombstones()),
                    List.of(whole.topics.deadLetters(), damaged.topics.deadLetters()))) {
                List<String> expected = whole.published(topics.get(0));
                assertThat(expected).as(topics.get(0)).isNotEmpty();
                assertThat(damaged.published(topics.get(1))).as(topics.get(1)).isEqualTo(expected);
            }
        }
    }

    @Test
    void what_is_wrong_with_a_checkpoint_is_found_before_anything_starts() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"))) {
            Run run = new Run(broker, "", directory.resolve("run"));
            run.send(0, CHUNK);
            run.endLog();
            try (RunningJob job = run.start(Optional.empty())) {
                job.awaitLetters(CHUNK);
            }
            Path newest = run.newest();
            assertThat(damage(newest)).isEmpty();

            Path metadata = newest.resolve("_metadata");
            assertDamage(newest, List.of(metadata), CheckpointsTest::cut, "_metadata");
            List<Path> tables = new ArrayList<>();
            for (Path file : files(newest.resolveSibling("shared"))) {
                byte[] bytes = Files.readAllBytes(file);
                if (bytes.length > Long.BYTES
                        && ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN).getLong(bytes.length - Long.BYTES)
                                == TABLE_MAGIC) {
                    tables.add(file);
                }
            }
            assertThat(tables).isNotEmpty();
            assertDamage(newest, tables, CheckpointsTest::cut, "bytes; it had");
            assertDamage(newest, tables, Files::delete, "shared");
            assertDamage(newest, tables, CheckpointsTest::flip, "RocksDB", "checksum");
            // The trainer's is the largest of the files of operator state.
            Path dense = files(newest).stream()
                    .filter(file -> !file.equals(metadata))
                    .max((one, other) ->
                            Long.compare(one.toFile().length(), other.toFile().length()))
                    .orElseThrow();
            assertDamage(newest, List.of(dense), CheckpointsTest::flip, "sealed-dense-weights", "checksum");

            assertThat(damage(newest)).as("all mended").isEmpty();
            for (Path checkpoint : run.checkpoints()) {
                cut(checkpoint.resolve("_metadata"));
            }
            assertThatThrownBy(() -> run.completed().newestIntact(line -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("all")
                    .hasMessageContaining(directory.resolve("run").toString());
        }
    }

    @Test
    void without_checkpoints_there_is_none_to_go_on_from() {
        assertThat(new CompletedCheckpoints(new org.apache.flink.core.fs.Path(
                                directory.resolve("none").toUri()))
                        .newestIntact(line -> {}))
                .isEmpty();
    }

    @FunctionalInterface
    private interface Damaging {
        void damage(Path file) throws IOException;
    }

    private static void assertDamage(Path checkpoint, List<Path> files, Damaging damaging, String... words)
            throws IOException {
        List<byte[]> before = new ArrayList<>();
        for (Path file : files) {
            before.add(Files.readAllBytes(file));
            damaging.damage(file);
        }
        Optional<String> damage = damage(checkpoint);
        for (int i = 0; i < files.size(); i++) {
            Files.write(files.get(i), before.get(i));
        }
        assertThat(damage).hasValueSatisfying(reason -> assertThat(reason).contains(words));
    }

    private static Optional<String> damage(Path checkpoint) {
        return CheckpointInspection.damage(new org.apache.flink.core.fs.Path(checkpoint.toUri()));
    }

    private static void cut(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 3] ^= 4;
        Files.write(file, bytes);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** A job that is cancelled when its run ends, which keeps its checkpoints. */
    private record RunningJob(JobClient client, Run run) implements AutoCloseable {

        /** Waits until so many impressions have a prediction or a dead letter. */
        void awaitLetters(int impressions) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> run.published(run.topics.predictions()).size()
                                    + run.published(run.topics.deadLetters()).size()
                            >= impressions);
        }

        @Override
        public void close() throws Exception {
            client.cancel().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> client.getJobStatus().get().isGloballyTerminalState());
        }
    }

    private static final class Run {

        private final KafkaBroker broker;
        private final Topics topics;
        private final Path checkpoints;

        Run(KafkaBroker broker, String prefix, Path checkpoints) throws Exception {
            this.broker = broker;
            this.topics = Topics.withPrefix(prefix);
            this.checkpoints = checkpoints;
            broker.create(1, topics.all().toArray(String[]::new));
        }

        RunningJob start(Optional<String> restore) throws Exception {
            Configuration configuration = JobCommandOptions.forJob(Duration.ofMillis(200));
            configuration.set(
                    CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                    checkpoints.toUri().toString());
            configuration.set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, new MemorySize(1024));
            restore.ifPresent(path -> configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, path));
            StreamExecutionEnvironment env = TrainCommand.environment(configuration);
            KafkaOptions kafka =
                    new KafkaOptions(broker.connection(), topics, KafkaOptions.TRANSACTION_TIMEOUT.defaultValue());
            TrainCommand.addTo(env, kafka, SPEC, TrainingOptions.on(ComputeDevice.CPU));
            return new RunningJob(env.executeAsync(), this);
        }

        CompletedCheckpoints completed() {
            return new CompletedCheckpoints(new org.apache.flink.core.fs.Path(checkpoints.toUri()));
        }

        List<Path> checkpoints() {
            List<Path> all = new ArrayList<>();
            completed().newestFirst().forEach(path -> all.add(Path.of(path.toUri())));
            return all;
        }

        Path newest() {
            return checkpoints().get(0);
        }

        void send(int from, int to) throws Exception {
            RecordCodec<Impression> codec = RecordCodec.of(Impression.class);
            try (KafkaProducer<byte[], byte[]> producer = producer()) {
                for (int i = from; i < to; i++) {
                    Random random = new Random(i);
                    Impression impression = new Impression(
                            "i" + i,
                            1_700_000_000_000L + i * 1000L,
                            "u" + random.nextInt(40),
                            "v" + (int) Math.abs(60 * random.nextGaussian()),
                            random.nextBoolean() ? "a" : "b",
                            List.of(),
                            Map.of(),
                            Map.of("click", random.nextInt(3) == 0),
                            null,
                            List.of());
                    byte[] value =
                            i % 50 == 7 ? "no impression".getBytes(StandardCharsets.UTF_8) : codec.encode(impression);
                    var unused = producer.send(new ProducerRecord<>(topics.impressions(), value));
                }
            }
        }

        void endLog() throws Exception {
            try (KafkaProducer<byte[], byte[]> producer = producer()) {
                ProducerRecord<byte[], byte[]> end = new ProducerRecord<>(topics.impressions(), null);
                end.headers().add(Topics.END_OF_LOG_HEADER, new byte[0]);
                var unused = producer.send(end);
            }
        }

        private KafkaProducer<byte[], byte[]> producer() {
            return new KafkaProducer<>(
                    broker.connection().properties(), new ByteArraySerializer(), new ByteArraySerializer());
        }

        private static String hex(String text) {
            return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
        }

        /** What is committed to a topic, in its order. */
        List<String> published(String topic) {
            List<String> all = new ArrayList<>();
            TopicPartition partition = new TopicPartition(topic, 0);
            Properties properties = broker.connection().properties();
            properties.setProperty("isolation.level", "read_committed");
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
                while (consumer.position(partition) < end) {
                    consumer.poll(Duration.ofMillis(100))
                            // A dead letter names the topic, and with it the run.
                            .forEach(record -> all.add(HexFormat.of()
                                    .formatHex(record.value())
                                    .replace(hex(topics.impressions()), hex("impressions"))));
                }
            }
            return all;
        }
    }
}

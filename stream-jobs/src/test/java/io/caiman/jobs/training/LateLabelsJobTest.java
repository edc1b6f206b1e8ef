package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.checkpoints.CompletedCheckpoints;
import io.caiman.jobs.connect.KafkaBroker;
import io.caiman.jobs.feedback.LabelWait;
import io.caiman.jobs.options.JobCommandOptions;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.TopicOrigin;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
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

/** The training job with late labels between the topics of a real broker. */
class LateLabelsJobTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(1)
            .build());

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final LabelWait WAIT = new LabelWait(Duration.ofMinutes(1), Optional.empty());
    private static final int IMPRESSIONS = 1200;
    private static final int PARTITIONS = 2;
    private static final long START = 1_700_000_000_000L;

    private static final ModelSpec SPEC = SpecReader.parse("late", """
            name: crocodile
            task: click
            domains: ["a", "b"]
            features: [user, item, domain]
            embedding: {dimension: 4}
            experts: {count: 2, layers: [32, 16]}
            towers: [8]
            batch: {size: 16, max-wait-millis: 0}
            """);

    @TempDir
    Path directory;

    @Test
    void a_job_restored_in_the_middle_publishes_what_an_undisturbed_one_does_in_the_same_order() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(directory.resolve("kafka"))) {
            Run whole = new Run(broker, "one.", directory.resolve("whole"));
            whole.send(0, IMPRESSIONS);
            whole.endLogs();
            try (RunningJob job = whole.start()) {
                job.awaitPredictions(IMPRESSIONS);
            }

            Run cut = new Run(broker, "two.", directory.resolve("cut"));
            cut.send(0, IMPRESSIONS / 2);
            try (RunningJob job = cut.start()) {
                job.awaitPredictions(IMPRESSIONS / 3);
            }
            int before = cut.predictions().size();
            cut.send(IMPRESSIONS / 2, IMPRESSIONS);
            cut.endLogs();
            try (RunningJob job = cut.start()) {
                job.awaitPredictions(IMPRESSIONS);
            }

            assertThat(before).isLessThan(IMPRESSIONS / 2);
            assertThat(cut.predictions()).isEqualTo(whole.predictions());
            assertThat(whole.predictions()).extracting(Prediction::getLabel).contains(true, false);
            assertThat(whole.predictions())
                    .extracting(Prediction::getImpressionId)
                    .doesNotHaveDuplicates();
            for (Run run : List.of(whole, cut)) {
                // Two in each log: of the two at the same place, one must not keep the other from being published.
                assertThat(run.deadLetters())
                        .extracting(DeadLetter::getOrigin)
                        .containsExactlyInAnyOrder(
                                new TopicOrigin(run.topics.impressions(), 1, 0L),
                                new TopicOrigin(run.topics.feedback(), 1, 0L));
            }
        }
    }

    private record RunningJob(JobClient client, Run run) implements AutoCloseable {

        void awaitPredictions(int atLeast) {
            Awaitility.await().atMost(PATIENCE).until(() -> run.predictions().size() >= atLeast);
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
            broker.create(PARTITIONS, topics.impressions(), topics.feedback());
            broker.create(1, topics.predictions(), topics.modelHealth(), topics.rowTombstones(), topics.deadLetters());
            try (KafkaProducer<byte[], byte[]> producer = producer()) {
                for (String topic : List.of(topics.impressions(), topics.feedback())) {
                    var unused = producer.send(
                            new ProducerRecord<>(topic, 1, null, "noise".getBytes(StandardCharsets.UTF_8)));
                }
            }
        }

        /** From the newest checkpoint, if there is one. */
        RunningJob start() throws Exception {
            Configuration configuration = JobCommandOptions.forJob(Duration.ofMillis(100));
            configuration.set(
                    CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                    checkpoints.toUri().toString());
            Optional<org.apache.flink.core.fs.Path> newest = new CompletedCheckpoints(
                            new org.apache.flink.core.fs.Path(checkpoints.toUri()))
                    .newestIntact(damage -> {
                        throw new AssertionError(damage);
                    });
            newest.ifPresent(path -> configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, path.toString()));
            StreamExecutionEnvironment env = TrainCommand.environment(configuration);
            KafkaOptions kafka =
                    new KafkaOptions(broker.connection(), topics, KafkaOptions.TRANSACTION_TIMEOUT.defaultValue());
            TrainCommand.addTo(env, kafka, SPEC, TrainingOptions.on(ComputeDevice.CPU), Optional.of(WAIT));
            return new RunningJob(env.executeAsync(), this);
        }

        /** Impressions a second apart, each with its feedback behind it, if there is any: in order of its own time. */
        void send(int from, int to) {
            RecordCodec<Impression> impressions = RecordCodec.of(Impression.class);
            RecordCodec<Feedback> feedback = RecordCodec.of(Feedback.class);
            try (KafkaProducer<byte[], byte[]> producer = producer()) {
                for (int i = from; i < to; i++) {
                    Random random = new Random(i);
                    long time = START + i * 1000L;
                    String user = "u" + random.nextInt(40);
                    Impression impression = new Impression(
                            "i" + i,
                            time,
                            user,
                            "v" + random.nextInt(60),
                            random.nextBoolean() ? "a" : "b",
                            List.of(),
                            Map.of(),
                            random.nextInt(5) == 0 ? Map.of("click", false) : Map.of(),
                            null,
                            List.of("click"));
                    var unusedShown = producer.send(new ProducerRecord<>(
                            topics.impressions(), i % PARTITIONS, null, impressions.encode(impression)));
                    if (random.nextInt(3) == 0) {
                        int clicked = Math.max(0, i - random.nextInt(70));
                        Feedback given = new Feedback("i" + clicked, user, time + 500, "click");
                        var unusedGiven = producer.send(new ProducerRecord<>(
                                topics.feedback(), random.nextInt(PARTITIONS), null, feedback.encode(given)));
                    }
                }
            }
        }

        void endLogs() {
            try (KafkaProducer<byte[], byte[]> producer = producer()) {
                for (String topic : List.of(topics.impressions(), topics.feedback())) {
                    for (int partition = 0; partition < PARTITIONS; partition++) {
                        ProducerRecord<byte[], byte[]> end = new ProducerRecord<>(topic, partition, null, null);
                        end.headers().add(Topics.END_OF_LOG_HEADER, new byte[0]);
                        var unused = producer.send(end);
                    }
                }
            }
        }

        private KafkaProducer<byte[], byte[]> producer() {
            return new KafkaProducer<>(
                    broker.connection().properties(), new ByteArraySerializer(), new ByteArraySerializer());
        }

        List<Prediction> predictions() throws Exception {
            return published(topics.predictions(), Prediction.class);
        }

        List<DeadLetter> deadLetters() throws Exception {
            return published(topics.deadLetters(), DeadLetter.class);
        }

        /** What is committed to a topic, in its order. */
        private <T extends SpecificRecordBase> List<T> published(String topic, Class<T> type) throws Exception {
            List<T> all = new ArrayList<>();
            RecordCodec<T> codec = RecordCodec.of(type);
            TopicPartition partition = new TopicPartition(topic, 0);
            Properties properties = broker.connection().properties();
            properties.setProperty("isolation.level", "read_committed");
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
                while (consumer.position(partition) < end) {
                    for (var record : consumer.poll(Duration.ofMillis(100))) {
                        all.add(codec.decode(record.value()));
                    }
                }
            }
            return all;
        }
    }
}

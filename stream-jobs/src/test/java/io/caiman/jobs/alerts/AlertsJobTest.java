package io.caiman.jobs.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caiman.jobs.connect.KafkaBroker;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.AlertState;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
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

/** Alerts between the topics of a real broker. */
class AlertsJobTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Topics TOPICS = Topics.withPrefix("test-");
    private static final long HOUR = 3_600_000;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    @Test
    void what_the_figures_say_reaches_the_topic_of_alerts_and_malformed_figures_stop_nothing() throws Exception {
        List<AlertRule> rules =
                List.of(new AlertRule.CalibrationOutside("band", new AlertRule.Patience(2, 1), "1h", 1, 0.8, 1.25));
        try (KafkaBroker broker = KafkaBroker.start(directory)) {
            broker.create(2, TOPICS.domainMetrics(), TOPICS.modelHealth(), TOPICS.deadLetters(), TOPICS.alerts());
            produce(broker);
            Configuration configuration = new Configuration();
            configuration.setString("pipeline.generic-types", "false");
            configuration.setString("execution.checkpointing.interval", "500ms");
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
            env.setParallelism(2);
            AlertsTopology.addTo(env, new KafkaOptions(broker.connection(), TOPICS, Duration.ofMinutes(1)), rules);
            JobClient job = env.executeAsync();

            List<Alert> alerts = new ArrayList<>();
            List<String> keys = new ArrayList<>();
            RecordCodec<Alert> codec = RecordCodec.of(Alert.class);
            try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker)) {
                await().atMost(PATIENCE).untilAsserted(() -> {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                        alerts.add(codec.decode(record.value()));
                        keys.add(new String(record.key(), StandardCharsets.UTF_8));
                    }
                    assertThat(alerts).hasSize(2);
                });
            }
            job.cancel().get();
            assertThat(alerts).extracting(Alert::getState).containsExactly(AlertState.RAISED, AlertState.CLEARED);
            assertThat(alerts).extracting(Alert::getDomain).containsOnly("a/b");
            assertThat(alerts).extracting(Alert::getSinceMs).containsOnly(HOUR);
            assertThat(keys).containsOnly("band/m/click/domain=a%2Fb");
        }
    }

    private static void produce(KafkaBroker broker) {
        RecordCodec<DomainMetrics> codec = RecordCodec.of(DomainMetrics.class);
        try (var producer = new KafkaProducer<>(
                broker.connection().properties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            send(producer, "no figures".getBytes(StandardCharsets.UTF_8));
            double[] calibrations = {1.0, 1.5, 1.5, 1.5, 1.0};
            for (int hour = 0; hour < calibrations.length; hour++) {
                send(
                        producer,
                        codec.encode(DomainMetrics.newBuilder()
                                .setModel("m")
                                .setTask("click")
                                .setDomain("a/b")
                                .setKind(WindowKind.ROLLING)
                                .setWindow("1h")
                                .setStartMs((hour - 1) * HOUR)
                                .setEndMs(hour * HOUR)
                                .setImpressions(10)
                                .setPositives(5)
                                .setUsers(3)
                                .setCalibration(calibrations[hour])
                                .build()));
            }
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, byte[] value) {
        var unused = producer.send(
                new ProducerRecord<>(TOPICS.domainMetrics(), "k".getBytes(StandardCharsets.UTF_8), value));
    }

    private static KafkaConsumer<byte[], byte[]> consumer(KafkaBroker broker) {
        Properties properties = broker.connection().properties();
        properties.setProperty("group.id", "reader of alerts");
        properties.setProperty("auto.offset.reset", "earliest");
        properties.setProperty("isolation.level", "read_committed");
        var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(TOPICS.alerts()));
        return consumer;
    }
}

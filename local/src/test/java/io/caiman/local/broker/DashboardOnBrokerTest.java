package io.caiman.local.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.dashboard.Dashboard;
import io.caiman.dashboard.DashboardOptions;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.WindowKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard on a real broker: topics that appear late, transactions, damaged records, a broker that goes away. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DashboardOnBrokerTest {

    private static final Topics TOPICS = Topics.withPrefix("a-");
    private static final RecordCodec<DomainMetrics> CODEC = RecordCodec.of(DomainMetrics.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path directory;

    private static byte[] figures(long impressions) {
        return CODEC.encode(new DomainMetrics(
                "crocodile",
                "click",
                "home",
                WindowKind.CUMULATIVE,
                "all",
                0L,
                impressions,
                0,
                impressions,
                3L,
                2L,
                0.75,
                null,
                0.5,
                1.0));
    }

    private static JsonNode state(Dashboard dashboard) {
        try (InputStream body =
                dashboard.address().resolve("/api/state").toURL().openStream()) {
            return MAPPER.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void until(Dashboard dashboard, Consumer<JsonNode> asserted) {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> asserted.accept(state(dashboard)));
    }

    private static void produce(LocalBroker broker, boolean commit, String topic, List<byte[]> values)
            throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "metrics"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (byte[] value : values) {
                producer.send(new ProducerRecord<>(topic, value)).get();
            }
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    private static void createTopics(LocalBroker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(
                            new NewTopic(TOPICS.domainMetrics(), 2, (short) 1),
                            new NewTopic(TOPICS.deadLetters(), 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    @Test
    void it_waits_for_its_topics_shows_what_is_committed_and_outlives_the_broker() throws Exception {
        LocalBroker broker = LocalBroker.start(directory);
        int port = Integer.parseInt(broker.bootstrapServers().split(":", -1)[1]);
        try (Dashboard dashboard = Dashboard.start(DashboardOptions.local(0, broker.bootstrapServers(), TOPICS))) {
            until(
                    dashboard,
                    s -> assertThat(s.path("feed").path("condition").asText()).isEqualTo("WAITING"));

            createTopics(broker);
            produce(broker, true, TOPICS.domainMetrics(), List.of(figures(10)));
            produce(broker, false, TOPICS.domainMetrics(), List.of(figures(666)));
            byte[] damaged = "no figures".getBytes(StandardCharsets.UTF_8);
            produce(broker, true, TOPICS.domainMetrics(), List.of(damaged));
            produce(broker, true, TOPICS.deadLetters(), List.of(damaged, damaged, damaged));
            until(dashboard, s -> {
                assertThat(s.path("feed").path("condition").asText()).isEqualTo("LIVE");
                assertThat(s.path("deadLetters").asLong()).isEqualTo(3);
                assertThat(s.path("unreadable").asLong()).isEqualTo(1);
                assertThat(s.path("series")).hasSize(1);
                assertThat(s.path("series").get(0).path("windows").get(0).path("curve"))
                        .hasSize(1);
                assertThat(s.path("series")
                                .get(0)
                                .path("windows")
                                .get(0)
                                .path("latest")
                                .path("impressions")
                                .asLong())
                        .isEqualTo(10);
            });

            broker.close();
            until(
                    dashboard,
                    s -> assertThat(s.path("feed").path("condition").asText()).isEqualTo("UNREACHABLE"));
            broker = LocalBroker.start(directory, port);
            produce(broker, true, TOPICS.domainMetrics(), List.of(figures(20)));
            until(dashboard, s -> {
                assertThat(s.path("feed").path("condition").asText()).isEqualTo("LIVE");
                assertThat(s.path("deadLetters").asLong()).isEqualTo(3);
                assertThat(s.path("unreadable").asLong()).isEqualTo(1);
                assertThat(s.path("series")
                                .get(0)
                                .path("windows")
                                .get(0)
                                .path("latest")
                                .path("impressions")
                                .asLong())
                        .isEqualTo(20);
            });
        } finally {
            broker.close();
        }
    }

    @Test
    void it_tells_how_far_the_log_is_and_how_far_those_who_read_it_are_behind() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(
                            new NewTopic(TOPICS.impressions(), 2, (short) 1),
                            new NewTopic(TOPICS.domainMetrics(), 1, (short) 1),
                            new NewTopic("of-others", 1, (short) 1)))
                    .all()
                    .get();
            Header dataset = new RecordHeader(Topics.DATASET_HEADER, "synthetic".getBytes(StandardCharsets.UTF_8));
            Header end = new RecordHeader(Topics.END_OF_LOG_HEADER, new byte[0]);
            try (var producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", broker.bootstrapServers()),
                    new ByteArraySerializer(),
                    new ByteArraySerializer())) {
                for (int i = 1; i <= 5; i++) {
                    byte[] value = RecordCodec.of(Impression.class).encode(impression(1_000L * i));
                    producer.send(new ProducerRecord<byte[], byte[]>(
                                    TOPICS.impressions(), 0, null, null, value, List.of(dataset)))
                            .get();
                }
                producer.send(new ProducerRecord<byte[], byte[]>(
                                TOPICS.impressions(), 0, null, null, null, List.of(dataset, end)))
                        .get();
                producer.send(new ProducerRecord<>("of-others", new byte[1])).get();
            }
            admin.alterConsumerGroupOffsets(
                            "a-job",
                            Map.of(
                                    new TopicPartition(TOPICS.impressions(), 0), new OffsetAndMetadata(2),
                                    new TopicPartition(TOPICS.impressions(), 1), new OffsetAndMetadata(0),
                                    new TopicPartition("of-others", 0), new OffsetAndMetadata(0)))
                    .all()
                    .get();

            try (Dashboard dashboard = Dashboard.start(DashboardOptions.local(0, broker.bootstrapServers(), TOPICS))) {
                until(dashboard, s -> assertThat(s.path("traffic").toString()).isEqualTo("""
                                {"sent":[{"partition":0,"records":5,"latestMs":5000,"ended":true},\
                                {"partition":1,"records":0,"ended":false}],"dataset":"synthetic",\
                                "groups":[{"group":"a-job","topic":"a-impressions","records":6,"lag":4}]}\
                                """));
            }
        }
    }

    private static Impression impression(long eventTimeMs) {
        return Impression.newBuilder()
                .setId("i")
                .setUser("u")
                .setItem("v")
                .setDomain("home")
                .setEventTimeMs(eventTimeMs)
                .setLabels(Map.of("click", true))
                .setSlots(List.of())
                .setDense(Map.of())
                .build();
    }
}

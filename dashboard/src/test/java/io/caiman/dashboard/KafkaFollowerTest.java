package io.caiman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DomainMetrics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class KafkaFollowerTest {

    private static final Topics TOPICS = Topics.withPrefix("");
    private static final TopicPartition FIGURES = new TopicPartition(TOPICS.domainMetrics(), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LiveState state = new LiveState(System::nanoTime);

    @Test
    void when_the_cluster_fails_and_no_new_client_can_be_made_either_the_follower_tries_until_it_reads_again()
            throws Exception {
        MockConsumer<byte[], byte[]> failing = consumer();
        failing.setPollException(new KafkaException("the broker went away"));
        MockConsumer<byte[], byte[]> reading = consumer();
        reading.schedulePollTask(() -> reading.addRecord(new ConsumerRecord<>(
                FIGURES.topic(),
                FIGURES.partition(),
                0,
                new byte[0],
                RecordCodec.of(DomainMetrics.class).encode(PublishedFigures.cumulative("home", 1, 100, 0.7)))));
        Queue<Supplier<Consumer<byte[], byte[]>>> clients = new ArrayDeque<>(List.of(
                () -> failing,
                () -> {
                    throw new ConfigException("no name in bootstrap.servers can be resolved");
                },
                () -> reading));
        KafkaFollower follower =
                new KafkaFollower(TOPICS, () -> clients.remove().get(), state);
        Thread thread = new Thread(follower, "follower");
        thread.start();
        try {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(state.all().feed().detail()).contains("can be resolved"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(state.all().series()).hasSize(1));
            assertThat(state.all().feed()).isEqualTo(FeedStatus.LIVE);
        } finally {
            follower.stop();
            thread.join();
        }
        assertThat(List.of(failing, reading)).allMatch(MockConsumer::closed);
    }

    /** Of a cluster that has one record of figures. */
    private static MockConsumer<byte[], byte[]> consumer() {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
        Node[] nodes = {};
        consumer.updatePartitions(
                FIGURES.topic(),
                List.of(new PartitionInfo(FIGURES.topic(), FIGURES.partition(), Node.noNode(), nodes, nodes)));
        consumer.updateBeginningOffsets(Map.of(FIGURES, 0L));
        consumer.updateEndOffsets(Map.of(FIGURES, 1L));
        return consumer;
    }
}

package io.caiman.dashboard;

import io.caiman.schemas.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the metrics topic and counts the dead letters, committed records only, from the beginning, in no consumer group.
 * Topics that are not there yet are waited for; a cluster that does not answer is asked again.
 */
final class KafkaMetricsFeed implements MetricsFeed {

    private final Topics topics;
    private final Map<String, Object> properties;
    private Optional<Running> running = Optional.empty();

    KafkaMetricsFeed(Map<String, String> kafka, Topics topics) {
        this.topics = topics;
        this.properties = new HashMap<>(kafka);
        properties.remove("group.id");
        properties.put("enable.auto.commit", "false");
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "earliest");
        properties.put("allow.auto.create.topics", "false");
        properties.putIfAbsent("client.id", "caiman-dashboard");
    }

    /** @throws KafkaException if the properties are not fit for a client */
    @Override
    public synchronized void start(Listener listener) {
        KafkaFollower follower = new KafkaFollower(topics, this::newConsumer, listener);
        Thread thread = new Thread(follower, "dashboard-feed");
        thread.setDaemon(true);
        thread.start();
        running = Optional.of(new Running(follower, thread));
    }

    @Override
    public synchronized void close() {
        running.ifPresent(Running::stop);
        running = Optional.empty();
    }

    private KafkaConsumer<byte[], byte[]> newConsumer() {
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private record Running(KafkaFollower follower, Thread thread) {

        void stop() {
            follower.stop();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package io.caiman.dashboard;

import io.caiman.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what the jobs publish and counts the dead letters, committed records only, from the beginning, in no consumer group.
 * Topics that are not there yet are waited for; a cluster that does not answer is asked again. Besides, it asks what moves through the topics.
 */
final class KafkaMetricsFeed implements MetricsFeed {

    private final Topics topics;
    private final Map<String, Object> properties;
    private List<Running> running = List.of();

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
        TrafficWatch watch = new TrafficWatch(topics, Admin.create(properties), newConsumer(), listener);
        running = List.of(
                new Running(thread(follower, "dashboard-feed"), follower::stop),
                new Running(thread(watch, "dashboard-traffic"), watch::stop));
    }

    @Override
    public synchronized void close() {
        running.forEach(Running::stop);
        running = List.of();
    }

    private KafkaConsumer<byte[], byte[]> newConsumer() {
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Thread thread(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private record Running(Thread thread, Runnable stopping) {

        void stop() {
            stopping.run();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

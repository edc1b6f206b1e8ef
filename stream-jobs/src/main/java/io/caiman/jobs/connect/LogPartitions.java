package io.caiman.jobs.connect;

import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The partitions of the logs that a job reads, for whoever must not go on before each of them has been heard. */
@FunctionalInterface
public interface LogPartitions extends Serializable {

    /** All partitions there are now. */
    List<TopicPartition> find();

    /**
     * The partitions of topics of a cluster, which is asked at each {@link #find}.
     *
     * @throws IllegalStateException from {@link #find}, if there is no such topic
     */
    static LogPartitions of(KafkaConnection connection, String... topics) {
        var properties = connection.properties();
        properties.setProperty("allow.auto.create.topics", "false");
        return () -> {
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                return Arrays.stream(topics)
                        .flatMap(topic -> of(consumer, topic).stream())
                        .toList();
            }
        };
    }

    private static List<TopicPartition> of(KafkaConsumer<?, ?> consumer, String topic) {
        List<PartitionInfo> partitions = consumer.partitionsFor(topic, Duration.ofSeconds(30));
        if (partitions == null || partitions.isEmpty()) {
            throw new IllegalStateException(
                    "there is no topic %s: create it, or replay a log with a label delay, which does".formatted(topic));
        }
        return partitions.stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }
}

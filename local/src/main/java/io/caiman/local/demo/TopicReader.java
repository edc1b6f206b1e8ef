package io.caiman.local.demo;

import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.RecordCodec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic's committed records from the beginning, as far as it goes, call by call. */
final class TopicReader<T extends SpecificRecordBase> implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final RecordCodec<T> codec;

    TopicReader(String bootstrapServers, String topic, Class<T> recordClass) {
        this.codec = RecordCodec.of(recordClass);
        this.consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Hands over every record that has been committed since the last call. */
    void readNew(Consumer<T> reader) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.value() != null) {
                    reader.accept(decoded(record));
                }
            }
        }
    }

    private T decoded(ConsumerRecord<byte[], byte[]> record) {
        try {
            return codec.decode(record.value());
        } catch (MalformedRecordException e) {
            throw new IllegalStateException(
                    "a record that Caiman itself wrote cannot be read: %s-%d, offset %d"
                            .formatted(record.topic(), record.partition(), record.offset()),
                    e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}

package io.caiman.faults;

import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.RecordCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The committed records of a topic, as far as it was read. */
final class CommittedTopic<T extends SpecificRecordBase> implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final RecordCodec<T> codec;
    private final List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    private final List<T> records = new ArrayList<>();

    CommittedTopic(String bootstrapServers, String topic, Class<T> recordClass) {
        codec = RecordCodec.of(recordClass);
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads on to the end of what is committed now; says whether there was anything. */
    boolean readOn() {
        int before = all.size();
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                all.add(record);
                decoded(record).ifPresent(records::add);
            }
        }
        return all.size() > before;
    }

    /** What was read, those that are no such records included; of each partition in its order. */
    List<ConsumerRecord<byte[], byte[]>> all() {
        return all;
    }

    /** Those of them that are such records. */
    List<T> records() {
        return records;
    }

    /** Sum over the partitions of the offset behind the last record. */
    long end() {
        Map<Integer, Long> ends = new HashMap<>();
        all.forEach(record -> ends.put(record.partition(), record.offset() + 1));
        return ends.values().stream().mapToLong(offset -> offset).sum();
    }

    /** The records by partition and key, the oldest first; in a compacted topic the last of each would stay. */
    Map<String, List<T>> byKey() {
        Map<String, List<T>> byKey = new LinkedHashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : all) {
            String key = record.partition() + " " + new String(record.key(), StandardCharsets.UTF_8);
            decoded(record)
                    .ifPresent(decoded ->
                            byKey.computeIfAbsent(key, any -> new ArrayList<>()).add(decoded));
        }
        return byKey;
    }

    Optional<T> decoded(ConsumerRecord<byte[], byte[]> record) {
        try {
            return record.value() == null ? Optional.empty() : Optional.of(codec.decode(record.value()));
        } catch (MalformedRecordException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}

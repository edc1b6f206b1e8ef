package io.caiman.replay;

import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks up what partitions hold. */
final class TopicReader {

    private static final Logger log = LoggerFactory.getLogger(TopicReader.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Consumer<byte[], byte[]> consumer;
    private final Duration patience;

    /** @param patience how long to wait for a record that must be there */
    TopicReader(Consumer<byte[], byte[]> consumer, Duration patience) {
        this.consumer = consumer;
        this.patience = patience;
    }

    /** What the partitions of a topic hold. */
    List<ReplayTarget.Held> held(String topic, int partitions) {
        List<ReplayTarget.Held> held = new ArrayList<>();
        for (int number = 0; number < partitions; number++) {
            TopicPartition partition = new TopicPartition(topic, number);
            long start = start(partition);
            long end = end(partition);
            if (start > 0) {
                throw new ReplayException(
                        "topic %s, partition %d begins at offset %d: its beginning was deleted, so a replay cannot tell where it stopped. Choose another --topic-prefix (in a demo: another --work-dir), or delete the topic."
                                .formatted(topic, number, start));
            }
            held.add(
                    end == 0
                            ? ReplayTarget.Held.NOTHING
                            : new ReplayTarget.Held(end, fingerprint(partition, 0), fingerprint(partition, end - 1)));
        }
        return List.copyOf(held);
    }

    private long start(TopicPartition partition) {
        return consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    private long end(TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    private long fingerprint(TopicPartition partition, long offset) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                boolean endOfLog = record.headers().lastHeader(Topics.END_OF_LOG_HEADER) != null;
                return endOfLog || record.value() == null
                        ? ReplayTarget.END_OF_LOG
                        : ReplayTarget.fingerprint(record.value());
            }
        }
        throw new ReplayException(
                "topic %s, partition %d: no record came from offset %d within %d s. Check that the partition has a leader."
                        .formatted(partition.topic(), partition.partition(), offset, patience.toSeconds()));
    }

    /** The bad lines among the dead letters of a partition. */
    Set<FileOrigin> badLines(TopicPartition partition) {
        RecordCodec<DeadLetter> letters = RecordCodec.of(DeadLetter.class);
        Set<FileOrigin> badLines = new HashSet<>();
        long others = 0;
        long end = end(partition);
        consumer.assign(List.of(partition));
        consumer.seek(partition, start(partition));
        long deadline = System.nanoTime() + patience.toNanos();
        while (consumer.position(partition) < end) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (record.value() == null) {
                    others++;
                    continue;
                }
                try {
                    if (letters.decode(record.value()).getOrigin() instanceof FileOrigin origin) {
                        badLines.add(origin);
                    }
                } catch (MalformedRecordException e) {
                    // Not written by a replay, so not a line it has to remember.
                    others++;
                }
            }
            if (!records.isEmpty()) {
                deadline = System.nanoTime() + patience.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new ReplayException(
                        "topic %s, partition %d: no record came within %d s. Check that the partition has a leader."
                                .formatted(partition.topic(), partition.partition(), patience.toSeconds()));
            }
        }
        log.debug("{} of the dead letters in {} could not be read", others, partition);
        return badLines;
    }
}

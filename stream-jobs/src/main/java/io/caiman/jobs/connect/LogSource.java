package io.caiman.jobs.connect;

import java.time.Duration;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;

/** Sources of the records of one topic. */
public final class LogSource {

    private static final Duration PARTITION_DISCOVERY = Duration.ofMinutes(1);

    private LogSource() {}

    /** The records as they lie in the log. */
    public static Source<ConsumedRecord, ?, ?> of(KafkaConnection connection, String topic, String groupId) {
        return of(connection, topic, groupId, new ConsumedRecordSchema());
    }

    /**
     * An endless source that reads committed records only. A job without a checkpoint starts at the beginning, because
     * what was learned and how far the log was read belong together; a job with one starts at the checkpoint's offsets.
     * Offsets are committed at each checkpoint, for others to see how far the job is: nothing is restored from them. Where it
     * goes on is told in the {@link JobLog}.
     *
     * @param groupId consumer group, one for each job and topic
     * @param schema what a record is made into; it must not fail on one that cannot be used
     */
    public static <T> Source<T, ?, ?> of(
            KafkaConnection connection, String topic, String groupId, KafkaRecordDeserializationSchema<T> schema) {
        return new OffsetLoggingSource<>(
                KafkaSource.<T>builder()
                        .setProperties(connection.properties())
                        .setTopics(topic)
                        .setGroupId(groupId)
                        .setClientIdPrefix(groupId)
                        .setStartingOffsets(OffsetsInitializer.earliest())
                        .setDeserializer(schema)
                        .setProperty("isolation.level", "read_committed")
                        .setProperty(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "true")
                        .setProperty(
                                KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(),
                                String.valueOf(PARTITION_DISCOVERY.toMillis()))
                        .build(),
                groupId);
    }
}

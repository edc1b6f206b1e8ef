package io.caiman.jobs.connect;

import java.util.Optional;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/** A record as it lies in the log: where it stands and its bytes, which nobody may change. */
public final class ConsumedRecord {

    private final String topic;
    private final int partition;
    private final long offset;
    private final byte @Nullable [] value;
    private final boolean endOfLog;

    /**
     * @param value the record's bytes, or null where it has none
     * @param endOfLog whether it carries the header {@link io.caiman.schemas.Topics#END_OF_LOG_HEADER}
     */
    public ConsumedRecord(String topic, int partition, long offset, byte @Nullable [] value, boolean endOfLog) {
        this.topic = topic;
        this.partition = partition;
        this.offset = offset;
        this.value = value;
        this.endOfLog = endOfLog;
    }

    /** Its type, for a state or a stream of them. */
    public static TypeInformation<ConsumedRecord> type() {
        return SerializerType.of(ConsumedRecord.class, ConsumedRecordSerializer.INSTANCE);
    }

    public String topic() {
        return topic;
    }

    public int partition() {
        return partition;
    }

    public long offset() {
        return offset;
    }

    /** The record's bytes; empty where it has none. */
    public Optional<byte[]> value() {
        return Optional.ofNullable(value);
    }

    /** Whether this record says that the log ends here. */
    public boolean endOfLog() {
        return endOfLog;
    }

    @Override
    public String toString() {
        return "%s-%d@%d".formatted(topic, partition, offset);
    }
}

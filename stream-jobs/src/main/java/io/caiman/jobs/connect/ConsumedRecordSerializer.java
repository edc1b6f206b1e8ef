package io.caiman.jobs.connect;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Used only where a consumed record crosses a network or a state; chained operators pass it on as it is. */
final class ConsumedRecordSerializer extends ImmutableTypeSerializer<ConsumedRecord> {

    static final ConsumedRecordSerializer INSTANCE = new ConsumedRecordSerializer();
    private static final int NO_VALUE = -1;

    @Override
    public void serialize(ConsumedRecord record, DataOutputView target) throws IOException {
        target.writeUTF(record.topic());
        target.writeInt(record.partition());
        target.writeLong(record.offset());
        byte[] value = record.value().orElse(null);
        target.writeInt(value == null ? NO_VALUE : value.length);
        if (value != null) {
            target.write(value);
        }
        target.writeBoolean(record.endOfLog());
    }

    @Override
    public ConsumedRecord deserialize(DataInputView source) throws IOException {
        String topic = source.readUTF();
        int partition = source.readInt();
        long offset = source.readLong();
        int length = source.readInt();
        byte[] value = length == NO_VALUE ? null : new byte[length];
        if (value != null) {
            source.readFully(value);
        }
        return new ConsumedRecord(topic, partition, offset, value, source.readBoolean());
    }

    @Override
    public TypeSerializerSnapshot<ConsumedRecord> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: topic, partition, offset, length (-1 without value), bytes, end-of-log flag. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ConsumedRecord> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

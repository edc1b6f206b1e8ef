package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The key of the pairing stage. */
final class ImpressionKeySerializer extends ImmutableTypeSerializer<ImpressionKey> {

    static final ImpressionKeySerializer INSTANCE = new ImpressionKeySerializer();

    @Override
    public void serialize(ImpressionKey value, DataOutputView target) throws IOException {
        target.writeInt(value.partition());
        target.writeLong(value.offset());
        StringSerializer.INSTANCE.serialize(value.task(), target);
    }

    @Override
    public ImpressionKey deserialize(DataInputView source) throws IOException {
        return new ImpressionKey(source.readInt(), source.readLong(), StringSerializer.INSTANCE.deserialize(source));
    }

    @Override
    public TypeSerializerSnapshot<ImpressionKey> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: partition, offset, task. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ImpressionKey> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

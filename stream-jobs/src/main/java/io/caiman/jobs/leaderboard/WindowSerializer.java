package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A window that was published. */
final class WindowSerializer extends ImmutableTypeSerializer<Window> {

    static final WindowSerializer INSTANCE = new WindowSerializer();

    @Override
    public void serialize(Window value, DataOutputView target) throws IOException {
        target.writeLong(value.end());
        target.writeLong(value.length());
    }

    @Override
    public Window deserialize(DataInputView source) throws IOException {
        return new Window(source.readLong(), source.readLong());
    }

    @Override
    public TypeSerializerSnapshot<Window> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: end, length. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Window> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

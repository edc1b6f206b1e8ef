package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What was published of a window. */
final class PublicationSerializer extends ImmutableTypeSerializer<Publication> {

    static final PublicationSerializer INSTANCE = new PublicationSerializer();

    @Override
    public void serialize(Publication value, DataOutputView target) throws IOException {
        target.writeInt(value.revision());
        target.writeLong(value.pairs());
    }

    @Override
    public Publication deserialize(DataInputView source) throws IOException {
        return new Publication(source.readInt(), source.readLong());
    }

    @Override
    public TypeSerializerSnapshot<Publication> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: revision, pairs. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Publication> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

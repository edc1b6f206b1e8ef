package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What the comparison stage has pending. */
final class PairSerializer extends ImmutableTypeSerializer<Pair> {

    static final PairSerializer INSTANCE = new PairSerializer();

    @Override
    public void serialize(Pair value, DataOutputView target) throws IOException {
        target.writeLong(value.eventTime());
        target.writeLong(value.rank());
        target.writeLong(value.user());
        target.writeLong(value.baseline());
        target.writeDouble(value.score());
    }

    @Override
    public Pair deserialize(DataInputView source) throws IOException {
        return new Pair(
                source.readLong(), source.readLong(), source.readLong(), source.readLong(), source.readDouble());
    }

    @Override
    public TypeSerializerSnapshot<Pair> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: event time, rank, user, baseline's scored label, the other model's score. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Pair> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

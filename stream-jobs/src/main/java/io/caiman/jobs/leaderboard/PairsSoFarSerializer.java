package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** All pairs of a scope. */
final class PairsSoFarSerializer extends ImmutableTypeSerializer<PairsSoFar> {

    static final PairsSoFarSerializer INSTANCE = new PairsSoFarSerializer();

    @Override
    public void serialize(PairsSoFar value, DataOutputView target) throws IOException {
        PairSampleSerializer.INSTANCE.serialize(value.sample(), target);
        target.writeLong(value.first());
        target.writeLong(value.last());
    }

    @Override
    public PairsSoFar deserialize(DataInputView source) throws IOException {
        return new PairsSoFar(PairSampleSerializer.INSTANCE.deserialize(source), source.readLong(), source.readLong());
    }

    @Override
    public TypeSerializerSnapshot<PairsSoFar> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: sample, first and last event time. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<PairsSoFar> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

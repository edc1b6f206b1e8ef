package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.jobs.predictions.ScopeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What travels to the comparison stage. */
final class ScopedPairSerializer extends ImmutableTypeSerializer<ScopedPair> {

    static final ScopedPairSerializer INSTANCE = new ScopedPairSerializer();

    @Override
    public void serialize(ScopedPair value, DataOutputView target) throws IOException {
        ScopeSerializer.INSTANCE.serialize(value.scope(), target);
        PairSerializer.INSTANCE.serialize(value.pair(), target);
    }

    @Override
    public ScopedPair deserialize(DataInputView source) throws IOException {
        return new ScopedPair(
                ScopeSerializer.INSTANCE.deserialize(source), PairSerializer.INSTANCE.deserialize(source));
    }

    @Override
    public TypeSerializerSnapshot<ScopedPair> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: scope, pair. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ScopedPair> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.jobs.predictions.ScopeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What travels to the comparison stage. */
final class ScopedPairsSerializer extends ImmutableTypeSerializer<ScopedPairs> {

    static final ScopedPairsSerializer INSTANCE = new ScopedPairsSerializer();

    @Override
    public void serialize(ScopedPairs value, DataOutputView target) throws IOException {
        ScopeSerializer.INSTANCE.serialize(value.scope(), target);
        PairsSerializer.INSTANCE.serialize(value.pairs(), target);
    }

    @Override
    public ScopedPairs deserialize(DataInputView source) throws IOException {
        return new ScopedPairs(
                ScopeSerializer.INSTANCE.deserialize(source), PairsSerializer.INSTANCE.deserialize(source));
    }

    @Override
    public TypeSerializerSnapshot<ScopedPairs> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: scope, pairs. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ScopedPairs> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

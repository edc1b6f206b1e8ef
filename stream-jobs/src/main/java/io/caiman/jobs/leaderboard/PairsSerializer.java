package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What the comparison stage has pending. */
final class PairsSerializer extends ImmutableTypeSerializer<Pairs> {

    static final PairsSerializer INSTANCE = new PairsSerializer();

    @Override
    public void serialize(Pairs value, DataOutputView target) throws IOException {
        target.writeInt(value.size());
        LongBlock.write(value.rows(), value.size() * Pairs.NUMBERS, target);
    }

    @Override
    public Pairs deserialize(DataInputView source) throws IOException {
        int size = source.readInt();
        return new Pairs(size, LongBlock.read(size * Pairs.NUMBERS, source));
    }

    @Override
    public TypeSerializerSnapshot<Pairs> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: number, then event time, rank, user, baseline's scored label and the other model's score of each. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Pairs> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

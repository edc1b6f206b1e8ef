package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The pairs of one pane, or of all. */
final class PairSampleSerializer extends ImmutableTypeSerializer<PairSample> {

    static final PairSampleSerializer INSTANCE = new PairSampleSerializer();

    @Override
    public void serialize(PairSample value, DataOutputView target) throws IOException {
        target.writeLong(value.seen());
        target.writeInt(value.size());
        LongBlock.write(value.rows(), value.size() * PairSample.NUMBERS, target);
    }

    @Override
    public PairSample deserialize(DataInputView source) throws IOException {
        long seen = source.readLong();
        return new PairSample(seen, LongBlock.read(source.readInt() * PairSample.NUMBERS, source));
    }

    @Override
    public TypeSerializerSnapshot<PairSample> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: pairs seen, number, then rank, user, baseline's scored label and the other model's score of each. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<PairSample> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

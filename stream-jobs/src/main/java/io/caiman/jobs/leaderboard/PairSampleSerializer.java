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
        for (int i = 0; i < value.size(); i++) {
            target.writeLong(value.rank(i));
            target.writeLong(value.user(i));
            target.writeLong(value.baseline(i));
            target.writeDouble(value.score(i));
        }
    }

    @Override
    public PairSample deserialize(DataInputView source) throws IOException {
        long seen = source.readLong();
        int size = source.readInt();
        long[] ranks = new long[size];
        long[] users = new long[size];
        long[] baselines = new long[size];
        double[] scores = new double[size];
        for (int i = 0; i < size; i++) {
            ranks[i] = source.readLong();
            users[i] = source.readLong();
            baselines[i] = source.readLong();
            scores[i] = source.readDouble();
        }
        return new PairSample(seen, ranks, users, baselines, scores);
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

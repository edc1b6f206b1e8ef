package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.model.evaluation.RankedScores;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The scores of a user. */
final class RankedScoresSerializer extends ImmutableTypeSerializer<RankedScores> {

    static final RankedScoresSerializer INSTANCE = new RankedScoresSerializer();

    @Override
    public void serialize(RankedScores value, DataOutputView target) throws IOException {
        long[] scoredLabels = value.toArray();
        target.writeInt(scoredLabels.length);
        for (long scoredLabel : scoredLabels) {
            target.writeLong(scoredLabel);
        }
    }

    @Override
    public RankedScores deserialize(DataInputView source) throws IOException {
        long[] scoredLabels = new long[source.readInt()];
        for (int i = 0; i < scoredLabels.length; i++) {
            scoredLabels[i] = source.readLong();
        }
        return RankedScores.ofEncoded(scoredLabels);
    }

    @Override
    public TypeSerializerSnapshot<RankedScores> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: number, then the scored labels in ascending order. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<RankedScores> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

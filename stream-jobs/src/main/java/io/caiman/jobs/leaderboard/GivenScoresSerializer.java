package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What the pairing stage knows of an impression. */
final class GivenScoresSerializer extends ImmutableTypeSerializer<GivenScores> {

    static final GivenScoresSerializer INSTANCE = new GivenScoresSerializer();

    @Override
    public void serialize(GivenScores value, DataOutputView target) throws IOException {
        target.writeInt(value.size());
        for (int i = 0; i < value.size(); i++) {
            StringSerializer.INSTANCE.serialize(value.model(i), target);
            target.writeLong(value.scoredLabel(i));
        }
    }

    @Override
    public GivenScores deserialize(DataInputView source) throws IOException {
        int size = source.readInt();
        String[] models = new String[size];
        long[] scoredLabels = new long[size];
        for (int i = 0; i < size; i++) {
            models[i] = StringSerializer.INSTANCE.deserialize(source);
            scoredLabels[i] = source.readLong();
        }
        return new GivenScores(List.of(models), scoredLabels);
    }

    @Override
    public TypeSerializerSnapshot<GivenScores> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: number, then model and scored label of each. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<GivenScores> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

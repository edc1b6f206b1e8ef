package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.jobs.predictions.NameColumn;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Predictions of a bucket. */
final class ScoresSerializer extends ImmutableTypeSerializer<Scores> {

    static final ScoresSerializer INSTANCE = new ScoresSerializer();

    @Override
    public void serialize(Scores value, DataOutputView target) throws IOException {
        target.writeByte(value.bucket());
        value.names().write(target);
        LongBlock.write(value.rows(), value.size() * Scores.NUMBERS, target);
    }

    @Override
    public Scores deserialize(DataInputView source) throws IOException {
        int bucket = source.readUnsignedByte();
        NameColumn names = NameColumn.read(source);
        return new Scores(bucket, names, LongBlock.read(names.size() * Scores.NUMBERS, source));
    }

    @Override
    public TypeSerializerSnapshot<Scores> snapshotConfiguration() {
        return new Snapshot();
    }

    /**
     * Version 1: bucket; number of names, of each where task and domain begin, the length, how much of it is that of the one
     * before, and the rest of model, task and domain; number of predictions, then place of the names of each, then impression,
     * user, event time and scored label of each.
     */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Scores> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

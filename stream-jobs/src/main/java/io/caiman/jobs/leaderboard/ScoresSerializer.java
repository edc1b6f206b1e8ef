package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.jobs.predictions.NameDictionary;
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
        value.dictionary().write(target);
        target.writeInt(value.size());
        for (int i = 0; i < value.size(); i++) {
            target.writeShort(value.nameOf(i));
        }
        LongBlock.write(value.rows(), value.size() * Scores.NUMBERS, target);
    }

    @Override
    public Scores deserialize(DataInputView source) throws IOException {
        int bucket = source.readUnsignedByte();
        NameDictionary dictionary = NameDictionary.read(source);
        int size = source.readInt();
        short[] nameOf = new short[size];
        for (int i = 0; i < size; i++) {
            nameOf[i] = source.readShort();
        }
        return new Scores(bucket, dictionary, size, nameOf, LongBlock.read(size * Scores.NUMBERS, source));
    }

    @Override
    public TypeSerializerSnapshot<Scores> snapshotConfiguration() {
        return new Snapshot();
    }

    /**
     * Version 1: bucket; number of names, then model, task and domain of each; number of predictions, then place of the names of
     * each, then impression, user, event time and scored label of each.
     */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Scores> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

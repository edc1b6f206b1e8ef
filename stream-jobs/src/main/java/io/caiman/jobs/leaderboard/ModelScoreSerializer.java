package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What travels to the pairing stage. */
final class ModelScoreSerializer extends ImmutableTypeSerializer<ModelScore> {

    static final ModelScoreSerializer INSTANCE = new ModelScoreSerializer();

    @Override
    public void serialize(ModelScore value, DataOutputView target) throws IOException {
        ImpressionKeySerializer.INSTANCE.serialize(value.impression(), target);
        StringSerializer.INSTANCE.serialize(value.model(), target);
        StringSerializer.INSTANCE.serialize(value.domain(), target);
        target.writeLong(value.user());
        target.writeLong(value.eventTime());
        target.writeLong(value.scoredLabel());
    }

    @Override
    public ModelScore deserialize(DataInputView source) throws IOException {
        return new ModelScore(
                ImpressionKeySerializer.INSTANCE.deserialize(source),
                StringSerializer.INSTANCE.deserialize(source),
                StringSerializer.INSTANCE.deserialize(source),
                source.readLong(),
                source.readLong(),
                source.readLong());
    }

    @Override
    public TypeSerializerSnapshot<ModelScore> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: impression, model, domain, user, event time, scored label. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ModelScore> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

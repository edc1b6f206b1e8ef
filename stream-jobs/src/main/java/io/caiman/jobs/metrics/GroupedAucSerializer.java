package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.model.evaluation.GroupedAuc;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The sums behind gAUC. */
final class GroupedAucSerializer extends ImmutableTypeSerializer<GroupedAuc> {

    static final GroupedAucSerializer INSTANCE = new GroupedAucSerializer();

    @Override
    public void serialize(GroupedAuc value, DataOutputView target) throws IOException {
        target.writeLong(value.users());
        target.writeLong(value.impressions());
        target.writeDouble(value.weightedAuc());
    }

    @Override
    public GroupedAuc deserialize(DataInputView source) throws IOException {
        return new GroupedAuc(source.readLong(), source.readLong(), source.readDouble());
    }

    @Override
    public TypeSerializerSnapshot<GroupedAuc> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: users, impressions, weighted AUC. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<GroupedAuc> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

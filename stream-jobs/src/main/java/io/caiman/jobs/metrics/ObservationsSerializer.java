package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Several observations, in the order they were added. */
final class ObservationsSerializer extends ImmutableTypeSerializer<Observations> {

    static final ObservationsSerializer INSTANCE = new ObservationsSerializer();

    @Override
    public void serialize(Observations value, DataOutputView target) throws IOException {
        target.writeInt(value.size());
        for (int i = 0; i < value.size(); i++) {
            target.writeLong(value.eventTime(i));
            target.writeLong(value.scoredLabel(i));
        }
    }

    @Override
    public Observations deserialize(DataInputView source) throws IOException {
        int size = source.readInt();
        Observations value = new Observations(size);
        for (int i = 0; i < size; i++) {
            value.add(source.readLong(), source.readLong());
        }
        return value;
    }

    @Override
    public TypeSerializerSnapshot<Observations> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: number, then event time and scored label of each. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Observations> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

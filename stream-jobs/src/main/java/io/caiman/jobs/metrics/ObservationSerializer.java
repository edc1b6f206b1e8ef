package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What the first stage has pending. */
final class ObservationSerializer extends ImmutableTypeSerializer<Observation> {

    static final ObservationSerializer INSTANCE = new ObservationSerializer();

    @Override
    public void serialize(Observation value, DataOutputView target) throws IOException {
        target.writeLong(value.eventTime());
        target.writeLong(value.scoredLabel());
    }

    @Override
    public Observation deserialize(DataInputView source) throws IOException {
        return new Observation(source.readLong(), source.readLong());
    }

    @Override
    public TypeSerializerSnapshot<Observation> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: event time, scored label. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Observation> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

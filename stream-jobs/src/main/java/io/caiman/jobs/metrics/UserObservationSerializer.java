package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What travels to the first stage. */
final class UserObservationSerializer extends ImmutableTypeSerializer<UserObservation> {

    static final UserObservationSerializer INSTANCE = new UserObservationSerializer();

    @Override
    public void serialize(UserObservation value, DataOutputView target) throws IOException {
        ScopedUserSerializer.INSTANCE.serialize(value.user(), target);
        target.writeLong(value.eventTime());
        target.writeLong(value.scoredLabel());
    }

    @Override
    public UserObservation deserialize(DataInputView source) throws IOException {
        return new UserObservation(
                ScopedUserSerializer.INSTANCE.deserialize(source), source.readLong(), source.readLong());
    }

    @Override
    public TypeSerializerSnapshot<UserObservation> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: user, event time, scored label. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<UserObservation> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

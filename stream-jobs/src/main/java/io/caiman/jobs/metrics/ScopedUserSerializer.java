package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A user within a scope: the key of the first stage. */
final class ScopedUserSerializer extends ImmutableTypeSerializer<ScopedUser> {

    static final ScopedUserSerializer INSTANCE = new ScopedUserSerializer();

    @Override
    public void serialize(ScopedUser value, DataOutputView target) throws IOException {
        ScopeSerializer.INSTANCE.serialize(value.scope(), target);
        StringSerializer.INSTANCE.serialize(value.user(), target);
    }

    @Override
    public ScopedUser deserialize(DataInputView source) throws IOException {
        return new ScopedUser(
                ScopeSerializer.INSTANCE.deserialize(source), StringSerializer.INSTANCE.deserialize(source));
    }

    @Override
    public TypeSerializerSnapshot<ScopedUser> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: scope, user. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ScopedUser> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

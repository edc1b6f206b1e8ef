package io.caiman.jobs.predictions;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A scope: a key of streams. */
public final class ScopeSerializer extends ImmutableTypeSerializer<Scope> {

    /** The one instance. */
    public static final ScopeSerializer INSTANCE = new ScopeSerializer();

    @Override
    public void serialize(Scope value, DataOutputView target) throws IOException {
        StringSerializer.INSTANCE.serialize(value.model(), target);
        StringSerializer.INSTANCE.serialize(value.task(), target);
        // Flink's string serializer keeps null apart from every string.
        StringSerializer.INSTANCE.serialize(value.domain().orElse(null), target);
    }

    @Override
    public Scope deserialize(DataInputView source) throws IOException {
        return new Scope(
                StringSerializer.INSTANCE.deserialize(source),
                StringSerializer.INSTANCE.deserialize(source),
                Optional.ofNullable(StringSerializer.INSTANCE.deserialize(source)));
    }

    @Override
    public TypeSerializerSnapshot<Scope> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: model, task, domain (null for all domains). */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Scope> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

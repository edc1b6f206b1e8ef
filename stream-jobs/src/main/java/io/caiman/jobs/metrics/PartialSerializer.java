package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What travels to the second stage. */
final class PartialSerializer extends ImmutableTypeSerializer<Partial> {

    static final PartialSerializer INSTANCE = new PartialSerializer();
    private static final byte GAIN = 1;
    private static final byte WINDOW_SHARE = 2;

    @Override
    public void serialize(Partial value, DataOutputView target) throws IOException {
        ScopeSerializer.INSTANCE.serialize(value.scope(), target);
        if (value instanceof Partial.Gain gain) {
            target.writeByte(GAIN);
            target.writeLong(gain.openFrom());
            ObservationsSerializer.INSTANCE.serialize(gain.observations(), target);
            GroupedAucSerializer.INSTANCE.serialize(gain.gained(), target);
        } else if (value instanceof Partial.WindowShare window) {
            target.writeByte(WINDOW_SHARE);
            target.writeLong(window.end());
            GroupedAucSerializer.INSTANCE.serialize(window.gained(), target);
        }
    }

    @Override
    public Partial deserialize(DataInputView source) throws IOException {
        Scope scope = ScopeSerializer.INSTANCE.deserialize(source);
        byte kind = source.readByte();
        return switch (kind) {
            case GAIN ->
                new Partial.Gain(
                        scope,
                        source.readLong(),
                        ObservationsSerializer.INSTANCE.deserialize(source),
                        GroupedAucSerializer.INSTANCE.deserialize(source));
            case WINDOW_SHARE ->
                new Partial.WindowShare(scope, source.readLong(), GroupedAucSerializer.INSTANCE.deserialize(source));
            default -> throw new IOException("unknown kind of partial %d: written by a newer version".formatted(kind));
        };
    }

    @Override
    public TypeSerializerSnapshot<Partial> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: scope, kind (1 gain, 2 window share), then the rest of that kind. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Partial> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

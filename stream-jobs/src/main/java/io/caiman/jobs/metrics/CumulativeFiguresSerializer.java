package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Everything so far. */
final class CumulativeFiguresSerializer extends ImmutableTypeSerializer<CumulativeFigures> {

    static final CumulativeFiguresSerializer INSTANCE = new CumulativeFiguresSerializer();

    @Override
    public void serialize(CumulativeFigures value, DataOutputView target) throws IOException {
        PaneFiguresSerializer.INSTANCE.serialize(value.figures(), target);
        GroupedAucSerializer.INSTANCE.serialize(value.grouped(), target);
        target.writeLong(value.first());
        target.writeLong(value.last());
        target.writeLong(value.published());
    }

    @Override
    public CumulativeFigures deserialize(DataInputView source) throws IOException {
        return new CumulativeFigures(
                PaneFiguresSerializer.INSTANCE.deserialize(source),
                GroupedAucSerializer.INSTANCE.deserialize(source),
                source.readLong(),
                source.readLong(),
                source.readLong());
    }

    @Override
    public TypeSerializerSnapshot<CumulativeFigures> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: figures, sums of gAUC, first and last event time, published impressions. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<CumulativeFigures> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

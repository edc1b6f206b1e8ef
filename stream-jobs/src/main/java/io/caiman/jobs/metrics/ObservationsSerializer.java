package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.jobs.predictions.NameColumn;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Observations of a bucket. */
final class ObservationsSerializer extends ImmutableTypeSerializer<Observations> {

    static final ObservationsSerializer INSTANCE = new ObservationsSerializer();

    @Override
    public void serialize(Observations value, DataOutputView target) throws IOException {
        target.writeByte(value.bucket());
        value.names().write(target);
        Impressions impressions = value.impressions();
        for (int i = 0; i < value.size(); i++) {
            target.writeLong(impressions.user(i));
            target.writeLong(impressions.eventTime(i));
            target.writeLong(impressions.scoredLabel(i));
        }
    }

    @Override
    public Observations deserialize(DataInputView source) throws IOException {
        int bucket = source.readUnsignedByte();
        NameColumn names = NameColumn.read(source);
        Impressions impressions = new Impressions(names.size());
        for (int i = 0; i < names.size(); i++) {
            long user = source.readLong();
            impressions.add(source.readLong(), user, source.readLong());
        }
        return new Observations(bucket, names, impressions);
    }

    @Override
    public TypeSerializerSnapshot<Observations> snapshotConfiguration() {
        return new Snapshot();
    }

    /**
     * Version 1: bucket; number of names, of each where task and domain begin, the length, how much of it is that of the one
     * before, and the rest of model, task and domain; number of impressions, then place of the names of each, then user, event
     * time and scored label of each.
     */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Observations> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

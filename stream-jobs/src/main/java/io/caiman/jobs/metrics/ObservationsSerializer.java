package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.jobs.predictions.NameDictionary;
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
        value.dictionary().write(target);
        target.writeInt(value.size());
        Impressions impressions = value.impressions();
        for (int i = 0; i < value.size(); i++) {
            target.writeShort(value.nameOf(i));
            target.writeLong(impressions.user(i));
            target.writeLong(impressions.eventTime(i));
            target.writeLong(impressions.scoredLabel(i));
        }
    }

    @Override
    public Observations deserialize(DataInputView source) throws IOException {
        Observations observations = new Observations(source.readUnsignedByte(), NameDictionary.read(source));
        int size = source.readInt();
        for (int i = 0; i < size; i++) {
            observations.add(source.readUnsignedShort(), source.readLong(), source.readLong(), source.readLong());
        }
        return observations;
    }

    @Override
    public TypeSerializerSnapshot<Observations> snapshotConfiguration() {
        return new Snapshot();
    }

    /**
     * Version 1: bucket; number of names, then model, task and domain of each; number of impressions, then place of the names,
     * user, event time and scored label of each.
     */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Observations> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

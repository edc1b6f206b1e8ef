package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
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
        target.writeInt(value.names());
        for (int place = 0; place < value.names(); place++) {
            write(value.name(place), target);
        }
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
        Observations observations = new Observations(source.readUnsignedByte());
        Names[] names = new Names[source.readInt()];
        for (int place = 0; place < names.length; place++) {
            names[place] = readNames(source);
        }
        int size = source.readInt();
        for (int i = 0; i < size; i++) {
            observations.add(
                    names[source.readUnsignedShort()], source.readLong(), source.readLong(), source.readLong());
        }
        return observations;
    }

    @Override
    public TypeSerializerSnapshot<Observations> snapshotConfiguration() {
        return new Snapshot();
    }

    static void write(Names names, DataOutputView target) throws IOException {
        for (byte[] name : new byte[][] {names.model(), names.task(), names.domain()}) {
            target.writeInt(name.length);
            target.write(name);
        }
    }

    static Names readNames(DataInputView source) throws IOException {
        byte[][] names = new byte[3][];
        for (int i = 0; i < names.length; i++) {
            names[i] = new byte[source.readInt()];
            source.readFully(names[i]);
        }
        return new Names(names[0], names[1], names[2]);
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

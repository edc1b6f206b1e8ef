package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import java.io.IOException;
import java.util.Arrays;
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
        int bucket = source.readUnsignedByte();
        Names[] names = new Names[source.readInt()];
        for (int place = 0; place < names.length; place++) {
            names[place] = readNames(source);
        }
        short[] nameOf = new short[source.readInt()];
        Impressions impressions = new Impressions(nameOf.length);
        for (int i = 0; i < nameOf.length; i++) {
            nameOf[i] = source.readShort();
            long user = source.readLong();
            impressions.add(source.readLong(), user, source.readLong());
        }
        return new Observations(bucket, names, nameOf, impressions);
    }

    @Override
    public TypeSerializerSnapshot<Observations> snapshotConfiguration() {
        return new Snapshot();
    }

    static void write(Names names, DataOutputView target) throws IOException {
        byte[] utf8 = names.utf8();
        int[] ends = {names.task(), names.domain(), utf8.length};
        int from = 0;
        for (int end : ends) {
            target.writeInt(end - from);
            target.write(utf8, from, end - from);
            from = end;
        }
    }

    static Names readNames(DataInputView source) throws IOException {
        byte[] utf8 = {};
        int[] ends = new int[3];
        for (int i = 0; i < ends.length; i++) {
            int from = utf8.length;
            ends[i] = from + source.readInt();
            utf8 = Arrays.copyOf(utf8, ends[i]);
            source.readFully(utf8, from, ends[i] - from);
        }
        return new Names(utf8, ends[0], ends[1]);
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

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
            write(value.name(place), place == 0 ? Names.NONE : value.name(place - 1), target);
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
            names[place] = readNames(place == 0 ? Names.NONE : names[place - 1], source);
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

    /** Writes names without the beginning that they share with those before: domains of one task differ at the end. */
    static void write(Names names, Names before, DataOutputView target) throws IOException {
        byte[] utf8 = names.utf8();
        int differs = Arrays.mismatch(utf8, before.utf8());
        int shared = differs < 0 ? utf8.length : differs;
        VariableLength.write(names.task(), target);
        VariableLength.write(names.domain(), target);
        VariableLength.write(utf8.length, target);
        VariableLength.write(shared, target);
        target.write(utf8, shared, utf8.length - shared);
    }

    static Names readNames(Names before, DataInputView source) throws IOException {
        int task = (int) VariableLength.read(source);
        int domain = (int) VariableLength.read(source);
        byte[] utf8 = new byte[(int) VariableLength.read(source)];
        int shared = (int) VariableLength.read(source);
        System.arraycopy(before.utf8(), 0, utf8, 0, shared);
        source.readFully(utf8, shared, utf8.length - shared);
        return new Names(utf8, task, domain);
    }

    /**
     * Version 1: bucket; number of names, of each where task and domain begin, the length, how much of it is that of the one
     * before, and the rest of model, task and domain; number of impressions, then place of the names,
     * user, event time and scored label of each.
     */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Observations> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

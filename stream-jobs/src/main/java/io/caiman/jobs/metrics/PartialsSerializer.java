package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.jobs.predictions.Names;
import io.caiman.model.evaluation.GroupedAuc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What travels to the second stage. */
final class PartialsSerializer extends ImmutableTypeSerializer<Partials> {

    static final PartialsSerializer INSTANCE = new PartialsSerializer();

    @Override
    public void serialize(Partials value, DataOutputView target) throws IOException {
        target.writeInt(value.each().size());
        Names before = Names.NONE;
        for (Partial partial : value.each()) {
            partial.names().write(target, before);
            before = partial.names();
            write(partial, target);
        }
    }

    private static void write(Partial value, DataOutputView target) throws IOException {
        target.writeLong(value.first());
        target.writeLong(value.last());
        target.writeInt(value.panes().size());
        for (Partial.PaneGain pane : value.panes()) {
            write(pane, target);
        }
        write(value.gained(), target);
        target.writeInt(value.shares().size());
        for (Partial.ShareGain share : value.shares()) {
            target.writeInt(share.window());
            target.writeLong(share.end());
            write(share.gained(), target);
        }
        value.impressions().write(target);
    }

    @Override
    public Partials deserialize(DataInputView source) throws IOException {
        List<Partial> partials = new ArrayList<>();
        Names before = Names.NONE;
        for (int left = source.readInt(); left > 0; left--) {
            before = Names.read(source, before);
            partials.add(read(before, source));
        }
        return new Partials(partials);
    }

    private static Partial read(Names names, DataInputView source) throws IOException {
        long first = source.readLong();
        long last = source.readLong();
        List<Partial.PaneGain> panes = new ArrayList<>();
        for (int left = source.readInt(); left > 0; left--) {
            panes.add(readPane(source));
        }
        GroupedAuc gained = readGrouped(source);
        List<Partial.ShareGain> shares = new ArrayList<>();
        for (int left = source.readInt(); left > 0; left--) {
            shares.add(new Partial.ShareGain(source.readInt(), source.readLong(), readGrouped(source)));
        }
        return new Partial(names, first, last, panes, gained, shares, Impressions.read(source));
    }

    static void write(Partial.PaneGain pane, DataOutputView target) throws IOException {
        target.writeLong(pane.pane());
        target.writeLong(pane.openFrom());
        PaneFiguresSerializer.INSTANCE.serialize(pane.figures(), target);
    }

    static Partial.PaneGain readPane(DataInputView source) throws IOException {
        return new Partial.PaneGain(
                source.readLong(), source.readLong(), PaneFiguresSerializer.INSTANCE.deserialize(source));
    }

    static void write(GroupedAuc sums, DataOutputView target) throws IOException {
        target.writeLong(sums.users());
        target.writeLong(sums.impressions());
        target.writeDouble(sums.weightedAuc());
    }

    static GroupedAuc readGrouped(DataInputView source) throws IOException {
        return new GroupedAuc(source.readLong(), source.readLong(), source.readDouble());
    }

    @Override
    public TypeSerializerSnapshot<Partials> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: how many; of each the names without what they share with those before, then the fields in the order of the record. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Partials> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.model.evaluation.GroupedAuc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The figures of a scope without its panes. */
final class ScopeFiguresSerializer extends ImmutableTypeSerializer<ScopeFigures.Stored> {

    static final ScopeFiguresSerializer INSTANCE = new ScopeFiguresSerializer();

    @Override
    public void serialize(ScopeFigures.Stored value, DataOutputView target) throws IOException {
        Panes panes = value.panes();
        target.writeLong(panes.length());
        target.writeInt(panes.windows().size());
        for (long window : panes.windows()) {
            target.writeLong(window);
        }
        target.writeLong(panes.lateness());
        target.writeLong(panes.history());
        target.writeLong(value.closed());
        target.writeInt(value.shares().size());
        for (int window = 0; window < value.shares().size(); window++) {
            write(value.shares().get(window), target);
            target.writeInt(value.changedEnds().get(window).size());
            for (long end : value.changedEnds().get(window)) {
                target.writeLong(end);
            }
        }
        target.writeInt(value.late().size());
        for (Partial.PaneGain gain : value.late()) {
            PartialsSerializer.write(gain, target);
        }
        CumulativeFigures cumulative = value.cumulative();
        PaneFiguresSerializer.INSTANCE.serialize(cumulative.past(), target);
        PartialsSerializer.write(cumulative.grouped(), target);
        target.writeLong(cumulative.first());
        target.writeLong(cumulative.last());
        target.writeBoolean(cumulative.isPublished());
        value.last().write(target);
    }

    @Override
    public ScopeFigures.Stored deserialize(DataInputView source) throws IOException {
        Panes panes = readPanes(source);
        long closed = source.readLong();
        List<WindowShares> shares = new ArrayList<>();
        List<List<Long>> changedEnds = new ArrayList<>();
        for (int windows = source.readInt(); windows > 0; windows--) {
            shares.add(readShares(source));
            List<Long> ends = new ArrayList<>();
            for (int left = source.readInt(); left > 0; left--) {
                ends.add(source.readLong());
            }
            changedEnds.add(ends);
        }
        List<Partial.PaneGain> late = new ArrayList<>();
        for (int left = source.readInt(); left > 0; left--) {
            late.add(PartialsSerializer.readPane(source));
        }
        CumulativeFigures cumulative = new CumulativeFigures(
                PaneFiguresSerializer.INSTANCE.deserialize(source),
                PartialsSerializer.readGrouped(source),
                source.readLong(),
                source.readLong(),
                source.readBoolean());
        return new ScopeFigures.Stored(panes, closed, shares, changedEnds, late, cumulative, Impressions.read(source));
    }

    private static Panes readPanes(DataInputView source) throws IOException {
        long length = source.readLong();
        List<Long> windows = new ArrayList<>();
        for (int left = source.readInt(); left > 0; left--) {
            windows.add(source.readLong());
        }
        return new Panes(length, windows, source.readLong(), source.readLong());
    }

    private static void write(WindowShares shares, DataOutputView target) throws IOException {
        target.writeInt(shares.changes().size());
        for (Map.Entry<Long, GroupedAuc> change : shares.changes().entrySet()) {
            target.writeLong(change.getKey());
            PartialsSerializer.write(change.getValue(), target);
        }
        target.writeInt(shares.revisions().size());
        for (Map.Entry<Long, Integer> revision : shares.revisions().entrySet()) {
            target.writeLong(revision.getKey());
            target.writeInt(revision.getValue());
        }
    }

    private static WindowShares readShares(DataInputView source) throws IOException {
        TreeMap<Long, GroupedAuc> changes = new TreeMap<>();
        for (int left = source.readInt(); left > 0; left--) {
            changes.put(source.readLong(), PartialsSerializer.readGrouped(source));
        }
        TreeMap<Long, Integer> revisions = new TreeMap<>();
        for (int left = source.readInt(); left > 0; left--) {
            revisions.put(source.readLong(), source.readInt());
        }
        return new WindowShares(changes, revisions);
    }

    @Override
    public TypeSerializerSnapshot<ScopeFigures.Stored> snapshotConfiguration() {
        return new Snapshot();
    }

    /**
     * Version 1: pane, windows, lateness, history; last closed end; of each window length the changes of shares, the revisions and the ends to publish again;
     * late figures; cumulatively the figures of what no pane holds, shares, first and last event time, whether published; last impressions.
     */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ScopeFigures.Stored> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

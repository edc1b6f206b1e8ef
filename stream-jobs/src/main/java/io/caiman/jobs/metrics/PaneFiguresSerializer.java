package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.ScoreHistogram;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The figures of a pane. */
final class PaneFiguresSerializer extends ImmutableTypeSerializer<PaneFigures> {

    static final PaneFiguresSerializer INSTANCE = new PaneFiguresSerializer();

    @Override
    public void serialize(PaneFigures value, DataOutputView target) throws IOException {
        ScoreHistogram histogram = value.histogram();
        target.writeByte(histogram.level());
        target.writeInt(histogram.size());
        for (int i = 0; i < histogram.size(); i++) {
            target.writeInt(histogram.bin(i));
            target.writeLong(histogram.positives(i));
            target.writeLong(histogram.negatives(i));
        }
        target.writeLong(value.sums().impressions());
        target.writeLong(value.sums().positives());
        target.writeDouble(value.sums().scores());
        target.writeDouble(value.sums().losses());
    }

    @Override
    public PaneFigures deserialize(DataInputView source) throws IOException {
        int level = source.readByte();
        int size = source.readInt();
        int[] bins = new int[size];
        long[] positives = new long[size];
        long[] negatives = new long[size];
        for (int i = 0; i < size; i++) {
            bins[i] = source.readInt();
            positives[i] = source.readLong();
            negatives[i] = source.readLong();
        }
        return new PaneFigures(
                new ScoreHistogram(level, bins, positives, negatives),
                new QualitySums(source.readLong(), source.readLong(), source.readDouble(), source.readDouble()));
    }

    @Override
    public TypeSerializerSnapshot<PaneFigures> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Version 1: level, number of bins, bin and both counts of each, impressions, positives, scores, losses. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<PaneFigures> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

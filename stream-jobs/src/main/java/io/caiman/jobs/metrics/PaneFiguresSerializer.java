package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.ImmutableTypeSerializer;
import io.caiman.jobs.connect.VariableLength;
import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.ScoreHistogram;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The figures of a pane; most counts and distances of bins take one or two bytes. */
final class PaneFiguresSerializer extends ImmutableTypeSerializer<PaneFigures> {

    static final PaneFiguresSerializer INSTANCE = new PaneFiguresSerializer();

    @Override
    public void serialize(PaneFigures value, DataOutputView target) throws IOException {
        ScoreHistogram histogram = value.histogram();
        target.writeByte(histogram.level());
        target.writeInt(histogram.size());
        histogram.forEachBin(new ScoreHistogram.BinConsumer<IOException>() {
            private boolean isFirst = true;
            private int before;

            @Override
            public void accept(int bin, long positives, long negatives) throws IOException {
                if (isFirst) {
                    target.writeInt(bin);
                } else {
                    VariableLength.write(bin - before, target);
                }
                isFirst = false;
                before = bin;
                VariableLength.write(positives, target);
                VariableLength.write(negatives, target);
            }
        });
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
            bins[i] = i == 0 ? source.readInt() : bins[i - 1] + (int) VariableLength.read(source);
            positives[i] = VariableLength.read(source);
            negatives[i] = VariableLength.read(source);
        }
        return new PaneFigures(
                ScoreHistogram.ofBins(level, bins, positives, negatives),
                new QualitySums(source.readLong(), source.readLong(), source.readDouble(), source.readDouble()));
    }

    @Override
    public TypeSerializerSnapshot<PaneFigures> snapshotConfiguration() {
        return new Snapshot();
    }

    /**
     * Version 1: level, number of bins, of each the bin (from the second on its distance to the one before) and both counts;
     * impressions, positives, scores, losses. Distances and counts have variable length.
     */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<PaneFigures> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}

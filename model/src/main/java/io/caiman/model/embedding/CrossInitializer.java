package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;
import java.util.Arrays;

/** First values of crosses' rows: a bias, 0, its AdaGrad accumulator, and {@link RowStatistics}, all 0. */
public final class CrossInitializer implements FirstValues {

    /** Offset of the bias. */
    public static final int BIAS = 0;
    /** Offset of its accumulator. */
    public static final int ACCUMULATOR = 1;

    /** Offset of the statistics. */
    public static final int STATISTICS = 2;

    /** Floats in one row. */
    public static final int STRIDE = STATISTICS + RowStatistics.FLOATS;

    private final float accumulator;

    public CrossInitializer(ModelSpec spec) {
        this.accumulator = spec.wide().crosses().initialAccumulator();
    }

    @Override
    public int stride() {
        return STRIDE;
    }

    @Override
    public void initialize(long key, float[] rows, int offset) {
        rows[offset + BIAS] = 0f;
        rows[offset + ACCUMULATOR] = accumulator;
        Arrays.fill(rows, offset + STATISTICS, offset + STRIDE, 0f);
    }
}

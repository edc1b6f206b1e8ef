package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;

/** First values of crosses' rows: a bias, 0, and its AdaGrad accumulator. */
public final class CrossInitializer implements FirstValues {

    /** Offset of the bias. */
    public static final int BIAS = 0;
    /** Offset of its accumulator. */
    public static final int ACCUMULATOR = 1;

    /** Floats in one row. */
    public static final int STRIDE = 2;

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
    }
}

package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;
import java.util.Arrays;

/**
 * Gives a row its first values, as a function of seed and key alone: embeddings uniform in (-scale, scale), bias 0,
 * accumulators as the optimizers want them.
 */
public final class RowInitializer {

    private static final float TO_UNIT = 0x1.0p-23f;

    private final RowLayout layout;
    private final long seed;
    private final float scale;
    private final float accumulator;
    private final float biasAccumulator;

    public RowInitializer(ModelSpec spec) {
        this.layout = new RowLayout(spec.embedding().sets(), spec.embedding().dimension());
        this.seed = RowKeys.mix(spec.seed());
        this.scale = spec.embedding().initialScale();
        this.accumulator = spec.rowOptimizer().initialAccumulator();
        this.biasAccumulator = spec.wide().initialAccumulator();
    }

    /** The layout of the rows it fills. */
    public RowLayout layout() {
        return layout;
    }

    /** Writes the first values of the row with this key at {@code offset}. */
    public void initialize(long key, float[] rows, int offset) {
        int weights = layout.embeddings() * layout.dimension();
        long state = RowKeys.mix(seed ^ key);
        for (int i = 0; i < weights; i++) {
            long bits = RowKeys.mix(state + i);
            rows[offset + i] = ((bits >>> 40) * TO_UNIT - 1f) * scale;
        }
        Arrays.fill(rows, offset + weights, offset + layout.bias(), accumulator);
        rows[offset + layout.bias()] = 0f;
        rows[offset + layout.biasAccumulator()] = biasAccumulator;
    }
}

package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;
import java.util.Arrays;

/**
 * First values of features' rows: embeddings and factors uniform in [-scale, scale), each with its own scale, biases and
 * statistics 0, accumulators as the optimizers want them.
 */
public final class RowInitializer implements FirstValues {

    private final RowLayout layout;
    private final ModelSpec spec;
    private final long seed;

    public RowInitializer(ModelSpec spec) {
        this.layout = RowLayout.of(spec);
        this.spec = spec;
        this.seed = RowKeys.mix(spec.seed());
    }

    /** The layout of the rows it fills. */
    public RowLayout layout() {
        return layout;
    }

    @Override
    public int stride() {
        return layout.stride();
    }

    @Override
    public void initialize(long key, float[] rows, int offset) {
        int weights = layout.embeddings() * layout.dimension();
        long state = RowKeys.mix(seed ^ key);
        UniformValues.fill(state, spec.embedding().initialScale(), rows, offset, weights);
        Arrays.fill(
                rows,
                offset + weights,
                offset + layout.bias(0),
                spec.rowOptimizer().initialAccumulator());
        for (int task = 0; task < layout.tasks(); task++) {
            rows[offset + layout.bias(task)] = 0f;
            rows[offset + layout.biasAccumulator(task)] = spec.wide().initialAccumulator();
            if (layout.factors() > 0) {
                float scale = spec.wide().factors().initialScale();
                long ofTask = state + weights + (long) task * layout.factors();
                UniformValues.fill(ofTask, scale, rows, offset + layout.factor(task), layout.factors());
                rows[offset + layout.factorAccumulator(task)] =
                        spec.wide().factors().initialAccumulator();
            }
        }
        Arrays.fill(rows, offset + layout.statistics(), offset + layout.stride(), 0f);
    }
}

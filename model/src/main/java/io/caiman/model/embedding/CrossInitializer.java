package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;
import java.util.Arrays;

/** First values of crosses' rows: biases and {@link RowStatistics} of 0, accumulators as the spec wants them. */
public final class CrossInitializer implements FirstValues {

    private final CrossLayout layout;
    private final float accumulator;

    public CrossInitializer(ModelSpec spec) {
        this.layout = CrossLayout.of(spec);
        this.accumulator = spec.wide().crosses().initialAccumulator();
    }

    @Override
    public int stride() {
        return layout.stride();
    }

    @Override
    public void initialize(long key, float[] rows, int offset) {
        Arrays.fill(rows, offset, offset + layout.stride(), 0f);
        for (int task = 0; task < layout.tasks(); task++) {
            rows[offset + layout.accumulator(task)] = accumulator;
        }
    }
}

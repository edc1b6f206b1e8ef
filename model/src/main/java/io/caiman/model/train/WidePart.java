package io.caiman.model.train;

import io.caiman.model.embedding.RowLayout;
import io.caiman.model.loss.BinaryCrossEntropy;
import io.caiman.model.spec.WideSpec;

/**
 * The wide part: one bias in every row, and the logit of an impression is the sum over its ids of share times bias. For
 * an id with bias b, accumulator a and gradient g of the cross-entropy,
 *
 * <pre>
 * a := a + g^2,   b := b - learningRate * g / sqrt(a)
 * </pre>
 *
 * <p>Learning per impression, each impression is scored by biases that have learned from every impression before it,
 * those of its own mini-batch included (two-speed learning); the deep part's logit is as old as the mini-batch.
 */
final class WidePart {

    private final WideSpec spec;
    private final RowLayout layout;
    private final int features;

    WidePart(WideSpec spec, RowLayout layout, int features) {
        this.spec = spec;
        this.layout = layout;
        this.features = features;
    }

    /**
     * Adds the wide logits to the deep ones in arrival order, learning on the way.
     *
     * @param deep the deep part's logits by {@link Assembly#position}
     * @param logits receives the sums, by arrival
     */
    void score(MiniBatch batch, Assembly assembly, float[] deep, double[] logits) {
        for (int sample = 0; sample < batch.size(); sample++) {
            logits[sample] = deep[assembly.position(sample)];
            if (spec.mode() != WideSpec.Mode.NONE) {
                logits[sample] += wide(batch, assembly, sample);
            }
            if (spec.mode() == WideSpec.Mode.PER_IMPRESSION) {
                learn(batch, assembly, sample, logits[sample]);
            }
        }
        if (spec.mode() == WideSpec.Mode.BATCH) {
            learnBatch(batch, assembly, logits);
        }
    }

    private double wide(MiniBatch batch, Assembly assembly, int sample) {
        float[] rows = assembly.rows();
        double sum = 0;
        int end = batch.end(sample, features - 1);
        for (int entry = batch.start(sample, 0); entry < end; entry++) {
            sum += batch.share(entry) * rows[assembly.row(entry) + layout.bias()];
        }
        return sum;
    }

    private void learn(MiniBatch batch, Assembly assembly, int sample, double logit) {
        double slope = BinaryCrossEntropy.gradient(logit, batch.label(sample));
        int end = batch.end(sample, features - 1);
        for (int entry = batch.start(sample, 0); entry < end; entry++) {
            update(assembly.rows(), assembly.row(entry), (float) slope * batch.share(entry));
        }
    }

    /** One step for each distinct row, with the sum of its gradients. */
    private void learnBatch(MiniBatch batch, Assembly assembly, double[] logits) {
        float[] sums = new float[assembly.distinctRows()];
        for (int sample = 0; sample < batch.size(); sample++) {
            double slope = BinaryCrossEntropy.gradient(logits[sample], batch.label(sample));
            int end = batch.end(sample, features - 1);
            for (int entry = batch.start(sample, 0); entry < end; entry++) {
                sums[assembly.row(entry) / layout.stride()] += (float) slope * batch.share(entry);
            }
        }
        for (int row = 0; row < sums.length; row++) {
            update(assembly.rows(), row * layout.stride(), sums[row]);
        }
    }

    private void update(float[] rows, int row, float gradient) {
        int accumulator = row + layout.biasAccumulator();
        rows[accumulator] += gradient * gradient;
        rows[row + layout.bias()] -= spec.learningRate() * gradient / (float) Math.sqrt(rows[accumulator]);
    }
}

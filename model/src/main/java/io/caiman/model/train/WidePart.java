package io.caiman.model.train;

import io.caiman.model.embedding.CrossInitializer;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.loss.BinaryCrossEntropy;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.WideSpec;
import java.util.Arrays;

/**
 * The wide part's logit: over an impression's ids i with shares x_i, biases b_i and factors v_i, and over its crosses c
 *
 * <pre>
 * sum_i x_i b_i  +  sum_c x_c b_c  +  sum over i < j of x_i x_j (v_i . v_j)
 * </pre>
 *
 * <p>the last (Rendle 2010, Eq. 1) over the ids of the features with factors, computed by his Lemma 3.1 as half of |sum
 * x_i v_i|^2 - sum |x_i v_i|^2. Everything learns by AdaGrad with the gradient g of the cross-entropy, a bias by
 *
 * <pre>
 * a := a + (g x_i)^2,   b_i := b_i - learningRate * g x_i / sqrt(a)
 * </pre>
 *
 * <p>and a vector v_i of gradient g x_i (sum_j x_j v_j - x_i v_i) likewise, a growing by the mean over its dimensions.
 *
 * <p>It is of models with one task; from an impression without a label it learns nothing.
 *
 * <p>Learning per impression, each impression is scored by what has learned from every impression before it, those of
 * its own mini-batch included (two-speed learning); the deep part's logit is as old as the mini-batch.
 */
final class WidePart {

    private final WideSpec spec;
    private final RowLayout layout;
    private final int features;
    private final int[] factorFeatures;
    private final float[] factorSum;

    WidePart(ModelSpec spec, RowLayout layout) {
        this.spec = spec.wide();
        this.layout = layout;
        this.features = spec.features().size();
        this.factorFeatures = this.spec.factors().features().stream()
                .mapToInt(spec.features()::indexOf)
                .toArray();
        this.factorSum = new float[layout.factors()];
    }

    /**
     * Adds the wide logits to the deep ones in arrival order, and learns where and when the spec says.
     *
     * @param logits the deep part's by arrival; receives the sums
     */
    void learn(MiniBatch batch, Assembly assembly, Crosses crosses, double[] logits) {
        if (spec.mode() != WideSpec.Mode.PER_IMPRESSION) {
            score(batch, assembly, crosses, logits);
        }
        for (int sample = 0; sample < batch.size() && spec.mode() != WideSpec.Mode.NONE; sample++) {
            double logit = logit(batch, assembly.table(), crosses, sample);
            if (spec.mode() == WideSpec.Mode.PER_IMPRESSION) {
                logits[sample] += logit;
            }
            double slope = BinaryCrossEntropy.gradient(logits[sample], batch.label(sample, 0));
            // A logit that is not finite ends in the step being skipped; until then it must not spread.
            if (batch.isLabelled(sample, 0) && Double.isFinite(slope)) {
                learn(batch, assembly.table(), crosses, sample, (float) slope);
            }
        }
    }

    /** Adds the wide logits to the deep ones and learns nothing. */
    void score(MiniBatch batch, Assembly assembly, Crosses crosses, double[] logits) {
        for (int sample = 0; sample < batch.size() && spec.mode() != WideSpec.Mode.NONE; sample++) {
            logits[sample] += logit(batch, assembly.table(), crosses, sample);
        }
    }

    /** The wide logit of a sample; leaves sum x_i v_i in {@link #factorSum}, which learning from the sample needs. */
    private double logit(MiniBatch batch, RowTable table, Crosses crosses, int sample) {
        float[] rows = table.rows();
        double sum = 0;
        int end = batch.end(sample, features - 1);
        for (int entry = batch.start(sample, 0); entry < end; entry++) {
            sum += batch.share(entry) * rows[table.row(entry) + layout.bias()];
        }
        float[] biases = crosses.table().rows();
        for (int entry = crosses.start(sample); entry < crosses.end(sample); entry++) {
            sum += crosses.share(entry) * biases[crosses.table().row(entry) + CrossInitializer.BIAS];
        }
        return sum + interaction(batch, table, sample);
    }

    private double interaction(MiniBatch batch, RowTable table, int sample) {
        float[] rows = table.rows();
        Arrays.fill(factorSum, 0f);
        double squares = 0;
        for (int feature : factorFeatures) {
            for (int entry = batch.start(sample, feature); entry < batch.end(sample, feature); entry++) {
                int from = table.row(entry) + layout.factor();
                float share = batch.share(entry);
                for (int j = 0; j < factorSum.length; j++) {
                    float value = share * rows[from + j];
                    factorSum[j] += value;
                    squares += value * value;
                }
            }
        }
        double square = 0;
        for (float value : factorSum) {
            square += value * value;
        }
        return (square - squares) / 2;
    }

    private void learn(MiniBatch batch, RowTable table, Crosses crosses, int sample, float slope) {
        learnFactors(batch, table, sample, slope);
        int end = batch.end(sample, features - 1);
        for (int entry = batch.start(sample, 0); entry < end; entry++) {
            int row = table.row(entry);
            float gradient = slope * batch.share(entry);
            adaGrad(table.rows(), row + layout.bias(), row + layout.biasAccumulator(), gradient, spec.learningRate());
        }
        for (int entry = crosses.start(sample); entry < crosses.end(sample); entry++) {
            int row = crosses.table().row(entry);
            adaGrad(
                    crosses.table().rows(),
                    row + CrossInitializer.BIAS,
                    row + CrossInitializer.ACCUMULATOR,
                    slope * crosses.share(entry),
                    spec.crosses().learningRate());
        }
    }

    private static void adaGrad(float[] rows, int bias, int accumulator, float gradient, float learningRate) {
        rows[accumulator] += gradient * gradient;
        rows[bias] -= learningRate * gradient / (float) Math.sqrt(rows[accumulator]);
    }

    /** Each vector by its gradient at the sum that all of them had before any of them moved. */
    private void learnFactors(MiniBatch batch, RowTable table, int sample, float slope) {
        float[] rows = table.rows();
        int width = factorSum.length;
        for (int feature : factorFeatures) {
            for (int entry = batch.start(sample, feature); entry < batch.end(sample, feature); entry++) {
                int row = table.row(entry);
                int from = row + layout.factor();
                float share = batch.share(entry);
                float squares = 0f;
                for (int j = 0; j < width; j++) {
                    float gradient = slope * share * (factorSum[j] - share * rows[from + j]);
                    squares += gradient * gradient;
                }
                int accumulator = row + layout.factorAccumulator();
                rows[accumulator] += squares / width;
                float step = spec.factors().learningRate() / (float) Math.sqrt(rows[accumulator]);
                for (int j = 0; j < width; j++) {
                    rows[from + j] -= step * slope * share * (factorSum[j] - share * rows[from + j]);
                }
            }
        }
    }
}

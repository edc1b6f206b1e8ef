package io.caiman.model.train;

import io.caiman.model.embedding.CrossLayout;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.loss.BinaryCrossEntropy;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.WideSpec;
import java.util.Arrays;

/**
 * The wide part's logit for a task, of which each has its own: over an impression's ids i with shares x_i, biases b_i and
 * factors v_i, and over its crosses c
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
 * <p>From an impression without a label of a task it learns nothing for that task. Weights of tasks in the loss are not
 * its own: tasks share nothing here that they could pull apart.
 *
 * <p>Where tasks are chained, the sum is added to the task's own logit z, a factor of the chain's product. With y the labels
 * and p the predictions, g is then
 *
 * <pre>
 * d/dz  sum over tasks t with a label of  w_t  cross-entropy(p_t, y_t)
 * </pre>
 *
 * <p>so a task also learns from the labels of those chained to it, here with the weights w of the loss.
 *
 * <p>Learning per impression, each impression is scored by what has learned from every impression before it, those of
 * its own mini-batch included (two-speed learning); the deep part's logit is as old as the mini-batch.
 */
final class WidePart {

    private final WideSpec spec;
    private final RowLayout layout;
    private final CrossLayout crossLayout;
    private final int tasks;
    private final int features;
    private final int[] factorFeatures;
    private final Chains chains;
    /** Weight of each task's cross-entropy. */
    private final float[] weights;
    /** The sum x_i v_i of the sample at hand, {@code [tasks, factors]}. */
    private final float[] factorSum;

    /** Of the sample at hand: its own logits, those of its predictions, and the derivatives by the former. */
    private final double[] own;

    private final double[] predictions;
    private final double[] slopes;

    WidePart(ModelSpec spec, RowLayout layout) {
        this.spec = spec.wide();
        this.layout = layout;
        this.crossLayout = CrossLayout.of(spec);
        this.tasks = layout.tasks();
        this.features = spec.features().size();
        this.factorFeatures = this.spec.factors().features().stream()
                .mapToInt(spec.features()::indexOf)
                .toArray();
        this.chains = new Chains(spec);
        this.weights = new float[tasks];
        for (int task = 0; task < tasks; task++) {
            weights[task] =
                    chains.none() ? 1f : spec.loss().taskWeight(spec.tasks().get(task));
        }
        this.factorSum = new float[tasks * layout.factors()];
        this.own = new double[tasks];
        this.predictions = new double[tasks];
        this.slopes = new double[tasks];
    }

    /**
     * Adds the wide logits to the deep ones in arrival order, and learns where and when the spec says.
     *
     * @param logits the deep part's by arrival, {@code [batch, tasks]}; receives the sums
     */
    void learn(MiniBatch batch, Assembly assembly, Crosses crosses, double[] logits) {
        if (spec.mode() != WideSpec.Mode.PER_IMPRESSION) {
            score(batch, assembly, crosses, logits);
        }
        for (int sample = 0; sample < batch.size() && spec.mode() != WideSpec.Mode.NONE; sample++) {
            learn(batch, assembly.table(), crosses, logits, sample);
        }
    }

    private void learn(MiniBatch batch, RowTable table, Crosses crosses, double[] logits, int sample) {
        for (int task = 0; task < tasks; task++) {
            double logit = logit(batch, table, crosses, sample, task);
            if (spec.mode() == WideSpec.Mode.PER_IMPRESSION) {
                logits[sample * tasks + task] += logit;
            }
        }
        fillSlopes(batch, logits, sample);
        for (int task = 0; task < tasks; task++) {
            // A logit that is not finite ends in the step being skipped; until then it must not spread.
            if (slopes[task] != 0 && Double.isFinite(slopes[task])) {
                learn(batch, table, crosses, sample, task, (float) slopes[task]);
            }
        }
    }

    /** Leaves in {@link #slopes} the derivatives by a sample's logits, 0 where nothing can be learned. */
    private void fillSlopes(MiniBatch batch, double[] logits, int sample) {
        System.arraycopy(logits, sample * tasks, own, 0, tasks);
        System.arraycopy(own, 0, predictions, 0, tasks);
        chains.predict(predictions, 0);
        for (int task = 0; task < tasks; task++) {
            slopes[task] = batch.isLabelled(sample, task)
                    ? weights[task] * BinaryCrossEntropy.gradient(predictions[task], batch.label(sample, task))
                    : 0;
        }
        chains.unchain(own, predictions, 0, slopes);
    }

    /** Adds the wide logits to the deep ones and learns nothing. */
    void score(MiniBatch batch, Assembly assembly, Crosses crosses, double[] logits) {
        for (int sample = 0; sample < batch.size() && spec.mode() != WideSpec.Mode.NONE; sample++) {
            for (int task = 0; task < tasks; task++) {
                logits[sample * tasks + task] += logit(batch, assembly.table(), crosses, sample, task);
            }
        }
    }

    /** The wide logit of a sample for a task; leaves its {@link #factorSum}, which learning from the sample needs. */
    private double logit(MiniBatch batch, RowTable table, Crosses crosses, int sample, int task) {
        float[] rows = table.rows();
        double sum = 0;
        int bias = layout.bias(task);
        int end = batch.end(sample, features - 1);
        for (int entry = batch.start(sample, 0); entry < end; entry++) {
            sum += batch.share(entry) * rows[table.row(entry) + bias];
        }
        float[] biases = crosses.table().rows();
        int crossBias = crossLayout.bias(task);
        for (int entry = crosses.start(sample); entry < crosses.end(sample); entry++) {
            sum += crosses.share(entry) * biases[crosses.table().row(entry) + crossBias];
        }
        return sum + interaction(batch, table, sample, task);
    }

    private double interaction(MiniBatch batch, RowTable table, int sample, int task) {
        float[] rows = table.rows();
        int width = layout.factors();
        int to = task * width;
        Arrays.fill(factorSum, to, to + width, 0f);
        double squares = 0;
        int factor = layout.factor(task);
        for (int feature : factorFeatures) {
            for (int entry = batch.start(sample, feature); entry < batch.end(sample, feature); entry++) {
                int from = table.row(entry) + factor;
                float share = batch.share(entry);
                for (int j = 0; j < width; j++) {
                    float value = share * rows[from + j];
                    factorSum[to + j] += value;
                    squares += value * value;
                }
            }
        }
        double square = 0;
        for (int j = to; j < to + width; j++) {
            square += factorSum[j] * factorSum[j];
        }
        return (square - squares) / 2;
    }

    private void learn(MiniBatch batch, RowTable table, Crosses crosses, int sample, int task, float slope) {
        learnFactors(batch, table, sample, task, slope);
        int bias = layout.bias(task);
        int accumulator = layout.biasAccumulator(task);
        int end = batch.end(sample, features - 1);
        for (int entry = batch.start(sample, 0); entry < end; entry++) {
            int row = table.row(entry);
            float gradient = slope * batch.share(entry);
            adaGrad(table.rows(), row + bias, row + accumulator, gradient, spec.learningRate());
        }
        for (int entry = crosses.start(sample); entry < crosses.end(sample); entry++) {
            int row = crosses.table().row(entry);
            adaGrad(
                    crosses.table().rows(),
                    row + crossLayout.bias(task),
                    row + crossLayout.accumulator(task),
                    slope * crosses.share(entry),
                    spec.crosses().learningRate());
        }
    }

    private static void adaGrad(float[] rows, int bias, int accumulator, float gradient, float learningRate) {
        rows[accumulator] += gradient * gradient;
        rows[bias] -= learningRate * gradient / (float) Math.sqrt(rows[accumulator]);
    }

    /** Each vector by its gradient at the sum that all of them had before any of them moved. */
    private void learnFactors(MiniBatch batch, RowTable table, int sample, int task, float slope) {
        float[] rows = table.rows();
        int width = layout.factors();
        int sum = task * width;
        int factor = layout.factor(task);
        int factorAccumulator = layout.factorAccumulator(task);
        for (int feature : factorFeatures) {
            for (int entry = batch.start(sample, feature); entry < batch.end(sample, feature); entry++) {
                int row = table.row(entry);
                int from = row + factor;
                float share = batch.share(entry);
                float squares = 0f;
                for (int j = 0; j < width; j++) {
                    float gradient = slope * share * (factorSum[sum + j] - share * rows[from + j]);
                    squares += gradient * gradient;
                }
                int accumulator = row + factorAccumulator;
                rows[accumulator] += squares / width;
                float step = spec.factors().learningRate() / (float) Math.sqrt(rows[accumulator]);
                for (int j = 0; j < width; j++) {
                    rows[from + j] -= step * slope * share * (factorSum[sum + j] - share * rows[from + j]);
                }
            }
        }
    }
}

package io.caiman.model.train;

import io.caiman.model.loss.BinaryCrossEntropy;
import io.caiman.model.spec.ModelSpec;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The cross-entropy of a mini-batch, and its derivative by the network's logits. With y the labels, z the logits of the
 * predictions and w the spec's weights of tasks:
 *
 * <pre>
 * sum over tasks t of  w_t  sum over samples i with a label of t of  u_ti (log(1 + e^z_ti) - y_ti z_ti)
 * </pre>
 *
 * <p>where u is one over the number of samples with a label of t, in the sample's domain or in the batch, as the spec says.
 * A label that an impression does not have is masked: it adds nothing.
 *
 * <p>The logit of a prediction is the network's, or, of a task that the spec {@linkplain Chains chains} to another, that of
 * the product with the other's prediction.
 */
final class TaskLoss {

    private final ModelSpec spec;
    private final int tasks;
    private final float[] weights;
    private final Chains chains;

    /** Where tasks are chained, the logits of the batch before they were. */
    private double[] own = new double[0];

    /** Samples with a label, {@code [domains, tasks]} and {@code [tasks]}. */
    private final int[] labelledOfDomain;

    private final int[] labelled;
    /** The derivative by a sample's logits. */
    private final double[] slope;

    TaskLoss(ModelSpec spec) {
        this.spec = spec;
        this.tasks = spec.tasks().size();
        this.weights = new float[tasks];
        for (int task = 0; task < tasks; task++) {
            weights[task] = spec.loss().taskWeight(spec.tasks().get(task));
        }
        this.chains = new Chains(spec);
        this.labelledOfDomain = new int[spec.domainRoom() * tasks];
        this.labelled = new int[tasks];
        this.slope = new double[tasks];
    }

    /**
     * Turns the network's logits into those of the predictions.
     *
     * @param logits {@code [batch, tasks]}
     */
    void predict(double[] logits) {
        if (chains.none()) {
            return;
        }
        own = own.length >= logits.length ? own : new double[logits.length];
        System.arraycopy(logits, 0, own, 0, logits.length);
        for (int first = 0; first < logits.length; first += tasks) {
            chains.predict(logits, first);
        }
    }

    /**
     * The cross-entropy.
     *
     * @param logits what {@link #predict} has just made, {@code [batch, tasks]} by arrival
     * @param slopes receives the derivative by the network's logits, {@code [batch, tasks]} by position
     */
    double of(MiniBatch batch, double[] logits, Assembly assembly, FloatBuffer slopes) {
        count(batch);
        double loss = 0;
        for (int sample = 0; sample < batch.size(); sample++) {
            int first = sample * tasks;
            for (int task = 0; task < tasks; task++) {
                slope[task] = 0;
                if (batch.isLabelled(sample, task)) {
                    boolean label = batch.label(sample, task);
                    double weight = weights[task]
                            * BinaryCrossEntropy.weight(
                                    spec.loss().crossEntropy(),
                                    labelledOfDomain[batch.domain(sample) * tasks + task],
                                    labelled[task]);
                    loss += weight * BinaryCrossEntropy.of(logits[first + task], label);
                    slope[task] = weight * BinaryCrossEntropy.gradient(logits[first + task], label);
                }
            }
            chains.unchain(own, logits, first, slope);
            for (int task = 0; task < tasks; task++) {
                slopes.put(assembly.position(sample) * tasks + task, (float) slope[task]);
            }
        }
        return loss;
    }

    private void count(MiniBatch batch) {
        Arrays.fill(labelledOfDomain, 0);
        Arrays.fill(labelled, 0);
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int task = 0; task < tasks; task++) {
                if (batch.isLabelled(sample, task)) {
                    labelledOfDomain[batch.domain(sample) * tasks + task]++;
                    labelled[task]++;
                }
            }
        }
    }
}

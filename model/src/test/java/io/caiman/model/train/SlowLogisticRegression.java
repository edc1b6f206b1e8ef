package io.caiman.model.train;

import io.caiman.model.train.ReferenceModel.Sample;
import java.util.HashMap;
import java.util.Map;

/** One bias for each id, learned by AdaGrad, in doubles and maps: what the wide part is compared with. */
final class SlowLogisticRegression {

    private final double learningRate;
    private final double initialAccumulator;
    final Map<Long, Double> biases = new HashMap<>();
    private final Map<Long, Double> accumulators = new HashMap<>();
    private final Map<Long, Double> gradients = new HashMap<>();

    SlowLogisticRegression(double learningRate, double initialAccumulator) {
        this.learningRate = learningRate;
        this.initialAccumulator = initialAccumulator;
    }

    double logit(Sample sample) {
        double sum = 0;
        for (long[] keys : sample.keys()) {
            for (long key : keys) {
                sum += biases.getOrDefault(key, 0.0) / keys.length;
            }
        }
        return sum;
    }

    /** Adds a sample's gradient to what the next {@link #learn} learns from. */
    void see(Sample sample, double probability) {
        for (long[] keys : sample.keys()) {
            for (long key : keys) {
                gradients.merge(key, (probability - (sample.label() ? 1 : 0)) / keys.length, Double::sum);
            }
        }
    }

    void learn() {
        gradients.forEach((key, gradient) -> {
            accumulators.merge(
                    key, initialAccumulator + gradient * gradient, (old, fresh) -> old + gradient * gradient);
            double root = Math.sqrt(accumulators.getOrDefault(key, initialAccumulator));
            biases.merge(key, -learningRate * gradient / root, Double::sum);
        });
        gradients.clear();
    }
}

package io.caiman.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.ComputeDevice;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HealthProbeTest {

    private static final int SAMPLES = 7;
    private static final int EXPERTS = 3;
    private static final int WIDTH = 4;
    /** Sums of a few floats. */
    private static final double TOLERANCE = 1e-6;

    @Test
    void a_gates_mix_and_entropy_are_means_over_its_samples_and_dimensions() {
        Random random = new Random(1);
        float[] weights = new float[SAMPLES * EXPERTS * WIDTH];
        double[] mix = new double[EXPERTS];
        double entropy = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
            for (int dimension = 0; dimension < WIDTH; dimension++) {
                double[] shares = random.doubles(EXPERTS).map(x -> x * x).toArray();
                double sum = shares[0] + shares[1] + shares[2];
                for (int expert = 0; expert < EXPERTS; expert++) {
                    double share = shares[expert] / sum;
                    weights[(sample * EXPERTS + expert) * WIDTH + dimension] = (float) share;
                    mix[expert] += share / (SAMPLES * WIDTH);
                    entropy -= share * Math.log(share) / Math.log(EXPERTS) / (SAMPLES * WIDTH);
                }
            }
        }
        try (NDManager manager = ComputeDevice.CPU.open()) {
            NDArray gate = manager.create(weights, new Shape(SAMPLES, EXPERTS, WIDTH));
            List<Float> told = HealthProbe.shares(gate);
            assertThat(told).hasSize(EXPERTS);
            for (int expert = 0; expert < EXPERTS; expert++) {
                assertThat((double) told.get(expert)).isCloseTo(mix[expert], within(TOLERANCE));
            }
            assertThat(HealthProbe.entropy(gate).orElseThrow()).isCloseTo(entropy, within(TOLERANCE));
        }
    }
}

package io.caiman.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.Autograd;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.LossSpec.CovarianceNormalization;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CovarianceLossTest {

    private static final double RELATIVE = 1e-5;
    private static final double GRADIENT_RELATIVE = 1e-4;
    private static final double STEP = 1e-6;

    @Test
    void agrees_with_eq_6_summed_term_by_term() {
        Random random = new Random(4);
        try (NDManager manager = ComputeDevice.CPU.open()) {
            for (int[] shape : new int[][] {{7, 3, 4}, {1, 2, 3}, {32, 5, 6}, {5, 1, 2}, {2, 2, 1}}) {
                float[] outputs = randomOutputs(random, shape);
                double expected = slow(outputs, shape);

                double none = of(manager, outputs, shape, CovarianceNormalization.NONE);
                double batch = of(manager, outputs, shape, CovarianceNormalization.BATCH);

                assertThat(none).isCloseTo(expected, within(RELATIVE * Math.max(1, expected)));
                assertThat(batch).isCloseTo(expected / shape[0], within(RELATIVE * Math.max(1, expected)));
            }
        }
    }

    @Test
    void gradient_agrees_with_finite_differences_of_the_slow_sum() {
        int[] shape = {9, 3, 4};
        float[] outputs = randomOutputs(new Random(6), shape);
        try (NDManager manager = ComputeDevice.CPU.open()) {
            NDArray array = manager.create(outputs, new Shape(shape[0], shape[1], shape[2]));
            Autograd.record();
            array.setRequiresGradient(true);
            Autograd.backward(CovarianceLoss.of(array, CovarianceNormalization.NONE));
            float[] gradient = array.getGradient().toFloatArray();

            for (int i = 0; i < outputs.length; i++) {
                double[] shifted = doubles(outputs);
                shifted[i] += STEP;
                double above = slow(shifted, shape);
                shifted[i] -= 2 * STEP;
                double difference = (above - slow(shifted, shape)) / (2 * STEP);
                assertThat((double) gradient[i]).isCloseTo(difference, within(GRADIENT_RELATIVE));
            }
        }
    }

    private static double of(NDManager manager, float[] outputs, int[] shape, CovarianceNormalization normalization) {
        return CovarianceLoss.of(manager.create(outputs, new Shape(shape[0], shape[1], shape[2])), normalization)
                .getFloat();
    }

    private static double slow(float[] outputs, int[] shape) {
        return slow(doubles(outputs), shape);
    }

    private static double slow(double[] outputs, int[] shape) {
        int n = shape[0];
        int m = shape[1];
        int d = shape[2];
        double[] mean = new double[m * d];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < m * d; i++) {
                mean[i] += outputs[k * m * d + i] / n;
            }
        }
        double sum = 0;
        for (int p = 0; p < m; p++) {
            for (int q = 0; q < p; q++) {
                for (int i = 0; i < d; i++) {
                    for (int j = 0; j < d; j++) {
                        double product = 0;
                        for (int k = 0; k < n; k++) {
                            product += (outputs[(k * m + p) * d + i] - mean[p * d + i])
                                    * (outputs[(k * m + q) * d + j] - mean[q * d + j]);
                        }
                        sum += Math.abs(product);
                    }
                }
            }
        }
        return sum / (d * d);
    }

    private static float[] randomOutputs(Random random, int[] shape) {
        float[] outputs = new float[shape[0] * shape[1] * shape[2]];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = (float) random.nextGaussian();
        }
        return outputs;
    }

    private static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }
}

package io.caiman.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartitionedNormalizationTest {

    private static final double TOLERANCE = 1e-5;
    private static final int WIDTH = 3;

    private final DenseLayout layout = new DenseLayout();

    @Test
    void statistics_are_mean_and_variance_of_all_samples_of_the_domain_while_the_window_lasts() {
        PartitionedNormalization normalization = new PartitionedNormalization(layout, List.of("a", "b"), WIDTH, 1000);
        DenseParameters parameters = new DenseParameters(layout, 1);
        List<float[]> seen = new ArrayList<>();
        Random random = new Random(2);
        for (int samples : new int[] {4, 1, 7, 1}) {
            learn(normalization, parameters, batch(random, seen, samples));
        }

        for (int j = 0; j < WIDTH; j++) {
            int column = j;
            double mean =
                    seen.stream().mapToDouble(row -> row[column]).average().orElseThrow();
            double variance = seen.stream()
                    .mapToDouble(row -> Math.pow(row[column] - mean, 2))
                    .average()
                    .orElseThrow();
            assertThat((double) array(parameters, "normalization.b.mean")[j]).isCloseTo(mean, within(TOLERANCE));
            assertThat((double) array(parameters, "normalization.b.variance")[j])
                    .isCloseTo(variance, within(TOLERANCE));
        }
        assertThat(array(parameters, "normalization.b.count")).containsExactly(13);
        assertThat(array(parameters, "normalization.a.mean")).containsOnly(0);
        assertThat(array(parameters, "normalization.a.variance")).containsOnly(1);
    }

    @Test
    void beyond_the_window_old_samples_are_forgotten() {
        PartitionedNormalization normalization = new PartitionedNormalization(layout, List.of("a", "b"), WIDTH, 10);
        DenseParameters parameters = new DenseParameters(layout, 1);
        Random random = new Random(3);
        double[] mean = new double[WIDTH];
        double[] variance = new double[WIDTH];
        Arrays.fill(variance, 1);
        double count = 0;
        for (int samples : new int[] {6, 3, 8, 12, 2}) {
            List<float[]> batch = new ArrayList<>();
            learn(normalization, parameters, batch(random, batch, samples));
            count = Math.min(10, count + samples);
            double weight = Math.min(1, samples / count);
            for (int j = 0; j < WIDTH; j++) {
                double old = mean[j];
                int column = j;
                mean[j] += weight
                        * batch.stream()
                                .mapToDouble(row -> row[column] - old)
                                .average()
                                .orElseThrow();
                double now = mean[j];
                variance[j] += weight
                        * (batch.stream()
                                        .mapToDouble(row -> (row[column] - old) * (row[column] - now))
                                        .average()
                                        .orElseThrow()
                                - variance[j]);
            }
        }
        for (int j = 0; j < WIDTH; j++) {
            assertThat((double) array(parameters, "normalization.b.mean")[j]).isCloseTo(mean[j], within(TOLERANCE));
            assertThat((double) array(parameters, "normalization.b.variance")[j])
                    .isCloseTo(variance[j], within(TOLERANCE));
        }
    }

    /** Lets the statistics of domain b see samples. */
    private static void learn(PartitionedNormalization normalization, DenseParameters parameters, float[] samples) {
        try (NDManager manager = ComputeDevice.CPU.open()) {
            NDArray input = manager.create(samples, new Shape(samples.length / WIDTH, WIDTH));
            for (Statistic statistic : normalization.after(parameters.leaves(manager), input, 1)) {
                parameters.set(statistic.number(), statistic.value());
            }
        }
    }

    private static float[] batch(Random random, List<float[]> seen, int samples) {
        float[] flat = new float[samples * WIDTH];
        for (int k = 0; k < samples; k++) {
            float[] row = new float[WIDTH];
            for (int j = 0; j < WIDTH; j++) {
                row[j] = (j + 1) * (float) random.nextGaussian() - j;
                flat[k * WIDTH + j] = row[j];
            }
            seen.add(row);
        }
        return flat;
    }

    private static float[] array(DenseParameters parameters, String name) {
        DenseLayout.Slice slice = parameters.slices().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow();
        return Arrays.copyOfRange(parameters.values(), slice.offset(), slice.offset() + slice.length());
    }
}

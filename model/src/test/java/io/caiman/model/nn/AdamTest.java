package io.caiman.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.spec.AdamSpec;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdamTest {

    private static final AdamSpec SPEC = new AdamSpec(0.01f, 0.9f, 0.99f, 1e-8f);
    private static final double TOLERANCE = 2e-6;

    private static final int WEIGHTS = 10;

    private final DenseLayout layout = new DenseLayout();
    private final int used = layout.add("used", new Shape(3, 2), 1);
    private final int rare = layout.add("rare", new Shape(4), 1);
    private final DenseParameters parameters = new DenseParameters(layout, 3);
    private final DenseGradients gradients = new DenseGradients(layout);

    @Test
    void agrees_with_algorithm_1_in_doubles_and_leaves_absent_arrays_alone() {
        Adam adam = new Adam(SPEC, parameters);
        Reference[] references = new Reference[WEIGHTS];
        for (int i = 0; i < references.length; i++) {
            references[i] = new Reference(values()[at(i)]);
        }
        Random random = new Random(8);
        for (int step = 0; step < 50; step++) {
            boolean rareTakesPart = step % 7 == 3;
            float[] coefficients = new float[WEIGHTS];
            for (int i = 0; i < coefficients.length; i++) {
                coefficients[i] = (float) random.nextGaussian();
            }
            step(adam, coefficients, rareTakesPart);
            for (int i = 0; i < (rareTakesPart ? 10 : 6); i++) {
                references[i].step(coefficients[i]);
            }
            float[] weights = values();
            for (int i = 0; i < references.length; i++) {
                assertThat((double) weights[at(i)]).isCloseTo(references[i].weight, within(TOLERANCE));
            }
        }
    }

    @Test
    void an_array_longer_than_what_is_updated_at_once_is_learned_as_short_ones_and_its_gradient_s_norm_told() {
        DenseLayout two = new DenseLayout();
        two.add("before", new Shape(100), 1);
        int number = two.add("long", new Shape(10_000), 1);
        int offset = two.slices().get(number).offset();
        DenseParameters weights = new DenseParameters(two, 4);
        float[] before = weights.values();
        Adam adam = new Adam(SPEC, weights);
        Reference[] references = new Reference[10_000];
        Arrays.setAll(references, i -> new Reference(before[offset + i]));
        Random random = new Random(9);
        for (int step = 0; step < 3; step++) {
            float[] coefficients = new float[references.length];
            double squares = 0;
            for (int i = 0; i < references.length; i++) {
                coefficients[i] = (float) random.nextGaussian();
                squares += (double) coefficients[i] * coefficients[i];
                references[i].step(0.5f * coefficients[i]);
            }
            try (NDManager manager = ComputeDevice.CPU.open()) {
                Autograd.record();
                Leaves leaves = weights.leaves(manager);
                Autograd.backward(
                        leaves.get(number).mul(manager.create(coefficients)).sum());
                DenseGradients loaded = new DenseGradients(two);

                assertThat(loaded.load(leaves)).isCloseTo(squares, within(1e-6 * squares));
                adam.update(loaded, 0.5f);
            }
        }

        float[] after = weights.values();
        assertThat(Arrays.copyOf(after, offset)).containsExactly(Arrays.copyOf(before, offset));
        for (int i = 0; i < references.length; i++) {
            assertThat((double) after[offset + i]).isCloseTo(references[i].weight, within(TOLERANCE));
        }
        ByteBuffer written = ByteBuffer.allocate(adam.snapshotBytes());
        adam.write(written);
        ByteBuffer again = ByteBuffer.allocate(written.capacity());
        Adam other = new Adam(SPEC, weights);
        other.read(written.flip());
        other.write(again);
        assertThat(written.remaining()).isZero();
        assertThat(again.array()).containsExactly(written.array());
        for (int i = 0; i < references.length; i++) {
            assertThat((double) again.getFloat(Float.BYTES * (offset + i)))
                    .isCloseTo(references[i].first, within(TOLERANCE));
        }
    }

    @Test
    void goes_on_from_what_it_wrote_as_if_never_interrupted() {
        Adam adam = new Adam(SPEC, parameters);
        step(adam, new float[] {1, -2, 3, -4, 5, -6, 7, -8, 9, -10}, true);
        ByteBuffer written = ByteBuffer.allocate(adam.snapshotBytes());
        adam.write(written);
        float[] weights = values();
        step(adam, new float[] {1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, false);
        float[] uninterrupted = values();

        Adam other = new Adam(SPEC, parameters);
        other.read(written.flip());
        parameters.put(0, weights, 0, weights.length);
        step(other, new float[] {1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, false);

        assertThat(written.remaining()).isZero();
        assertThat(values()).containsExactly(uninterrupted);
    }

    @Test
    void moments_of_weights_without_gradient_end_at_zero_and_not_as_subnormal_numbers() {
        Adam adam = new Adam(SPEC, parameters);
        step(adam, new float[] {1, 1e-12f, 1e-20f, -1, -1e-12f, -1e-20f, 0, 0, 0, 0}, false);
        for (int step = 0; step < 8000; step++) {
            step(adam, new float[10], false);
        }
        ByteBuffer written = ByteBuffer.allocate(adam.snapshotBytes());
        adam.write(written);
        FloatBuffer moments = written.flip().asFloatBuffer();
        for (int i = 0; i < 2 * layout.size(); i++) {
            float size = Math.abs(moments.get(i));
            assertThat(size == 0 || size >= Float.MIN_NORMAL)
                    .as("moment %s", size)
                    .isTrue();
        }
    }

    /** Where a weight of the two arrays, one after the other, stands: arrays start where cache lines do. */
    private int at(int i) {
        return i < 6 ? i : parameters.slices().get(rare).offset() + i - 6;
    }

    /** One step on the loss sum of coefficient times weight, whose gradient is the coefficients. */
    private void step(Adam adam, float[] coefficients, boolean rareTakesPart) {
        try (NDManager manager = ComputeDevice.CPU.open()) {
            Autograd.record();
            Leaves leaves = parameters.leaves(manager);
            NDArray all = leaves.get(used).reshape(6);
            float[] taken = coefficients;
            if (rareTakesPart) {
                all = all.concat(leaves.get(rare));
            } else {
                taken = Arrays.copyOf(coefficients, 6);
            }
            Autograd.backward(all.mul(manager.create(taken)).sum());
            gradients.load(leaves);
            adam.update(gradients, 1f);
        }
    }

    private float[] values() {
        return parameters.values();
    }

    private static final class Reference {
        private double weight;
        private double first;
        private double second;
        private int steps;

        Reference(double weight) {
            this.weight = weight;
        }

        void step(double gradient) {
            steps++;
            first = 0.9 * first + 0.1 * gradient;
            second = 0.99 * second + 0.01 * gradient * gradient;
            double firstHat = first / (1 - Math.pow(0.9, steps));
            double secondHat = second / (1 - Math.pow(0.99, steps));
            weight -= 0.01 * firstHat / (Math.sqrt(secondHat) + 1e-8);
        }
    }
}

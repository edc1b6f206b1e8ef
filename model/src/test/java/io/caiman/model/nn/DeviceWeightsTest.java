package io.caiman.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.spec.AdamSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What runs on a GPU, run on the CPU: the same tensor operations, beside the loop over plain arrays. */
class DeviceWeightsTest {

    private static final AdamSpec SPEC = new AdamSpec(0.01f, 0.9f, 0.99f, 1e-8f);
    private static final double TOLERANCE = 2e-6;
    private static final int STEPS = 40;
    /** Neither array fills its last cache line: there are gaps. */
    private static final int USED = 21;

    private static final int RARE = 4;

    private final DenseLayout layout = new DenseLayout();
    private final int used = layout.add("used", new Shape(7, 3), 1);
    private final int rare = layout.ofDomain(0).add("rare", new Shape(4), 1);
    private final int other = layout.ofDomain(1).add("other", new Shape(4), 1);
    private final NDManager manager = ComputeDevice.CPU.open();
    private final DenseWeights host = new HostWeights(SPEC, layout, new DenseParameters(layout, 3));
    private final DenseWeights device = new DeviceWeights(manager, SPEC, new DenseParameters(layout, 3));
    private final Random random = new Random(8);

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void learns_what_the_loop_over_plain_arrays_learns_and_leaves_absent_arrays_alone() {
        float[] before = device.now().values().clone();
        for (int step = 0; step < STEPS; step++) {
            stepBoth(step % 7 == 3, step % 3 == 0 ? 0.5f : 1f);
            agree();
        }
        int unused = layout.slices().get(other).offset();
        assertThat(Arrays.copyOfRange(device.now().values(), unused, unused + RARE))
                .containsExactly(Arrays.copyOfRange(before, unused, unused + RARE));
        assertThat(device.now().values()[0]).isNotCloseTo(before[0], within(0.001f));
    }

    @Test
    void either_goes_on_from_what_the_other_wrote() {
        stepBoth(true, 1);
        stepBoth(false, 1);
        DenseWeights onDevice = new DeviceWeights(manager, SPEC, new DenseParameters(layout, 99));
        onDevice.read(written(host));
        assertThat(written(onDevice)).isEqualTo(written(host));
        DenseWeights onHost = new HostWeights(SPEC, layout, new DenseParameters(layout, 99));
        onHost.read(written(device));
        assertThat(written(onHost)).isEqualTo(written(device));
        float[] gradient = gradient();
        step(onDevice, gradient, true, 1);
        step(host, gradient, true, 1);
        close(onDevice.now().values(), host.now().values());
    }

    @Test
    void statistics_and_a_new_domain_change_the_weights_that_the_next_step_sees() {
        try (NDManager scope = manager.newSubManager()) {
            List<Statistic> statistics = List.of(new Statistic(rare, scope.create(new float[] {1, 2, 3, 4})));
            host.set(statistics);
            device.set(statistics);
            device.begin(1, List.of(0));
            host.begin(1, List.of(0));
            assertThat(Leaves.toArray(device.leaves(scope).get(rare))).containsExactly(1, 2, 3, 4);
            assertThat(Leaves.toArray(device.leaves(scope).constant(other))).containsExactly(1, 2, 3, 4);
        }
        agree();
    }

    @Test
    void the_norm_is_that_of_the_gradient_and_not_finite_where_that_is_not() {
        float[] gradient = new float[USED + RARE];
        gradient[2] = 3;
        gradient[USED] = -4;
        assertThat(take(device, gradient, true)).isCloseTo(25, within(1e-5));
        gradient[0] = Float.NaN;
        assertThat(take(device, gradient, true)).isNaN();
    }

    @Test
    void nothing_is_left_behind_by_a_step() {
        stepBoth(true, 1);
        int arrays = manager.getManagedArrays().size();
        for (int step = 0; step < 5; step++) {
            stepBoth(step % 2 == 0, 1);
            device.now();
            written(device);
        }
        assertThat(manager.getManagedArrays()).hasSize(arrays);
    }

    private void agree() {
        close(device.now().values(), host.now().values());
    }

    private static void close(float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("weight %d", i).isCloseTo(expected[i], within(TOLERANCE));
        }
    }

    private ByteBuffer written(DenseWeights weights) {
        ByteBuffer bytes = ByteBuffer.allocate(weights.snapshotBytes());
        weights.write(bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        return bytes.flip();
    }

    private float[] gradient() {
        float[] gradient = new float[USED + RARE];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) random.nextGaussian();
        }
        return gradient;
    }

    private void stepBoth(boolean rareTakesPart, float scale) {
        float[] gradient = gradient();
        step(host, gradient, rareTakesPart, scale);
        step(device, gradient, rareTakesPart, scale);
    }

    private void step(DenseWeights weights, float[] gradient, boolean rareTakesPart, float scale) {
        learn(weights, gradient, rareTakesPart, true, scale);
    }

    private double take(DenseWeights weights, float[] gradient, boolean rareTakesPart) {
        return learn(weights, gradient, rareTakesPart, false, 1);
    }

    /** The backward pass of a linear function with this gradient, and a step if it is to be taken. */
    private double learn(DenseWeights weights, float[] gradient, boolean rareTakesPart, boolean updates, float scale) {
        Autograd.record();
        try (NDManager scope = manager.newSubManager()) {
            Leaves leaves = weights.leaves(scope);
            NDArray value = leaves.get(used)
                    .reshape(-1)
                    .mul(scope.create(Arrays.copyOf(gradient, USED)))
                    .sum();
            if (rareTakesPart) {
                NDArray more = scope.create(Arrays.copyOfRange(gradient, USED, USED + RARE));
                value = value.add(leaves.get(rare).mul(more).sum());
            }
            Autograd.backward(value);
            double squares = weights.takeGradients(leaves);
            if (updates) {
                weights.update(scale);
            }
            return squares;
        }
    }
}

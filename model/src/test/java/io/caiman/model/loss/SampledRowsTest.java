package io.caiman.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.loss.Experts.Result;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.LossSpec.Normalization;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SampledRowsTest {

    /** Gives back which samples it saw, after comparing what the outputs and the gates say of that. */
    private static final ExpertLoss SAMPLES_SEEN = (outputs, gates) -> {
        float[] byGates = gates.get().toFloatArray();
        float[] byOutputs = outputs.toFloatArray();
        assertThat(outputs.getShape()).isEqualTo(new Shape(2, byGates.length / 2, 3));
        for (int k = 0; k < byGates.length / 2; k++) {
            assertThat(byOutputs[3 * k]).isEqualTo(byGates[2 * k]);
        }
        return gates.get().transpose(1, 0, 2).reshape(-1);
    };

    @Test
    void takes_evenly_spaced_samples() {
        assertThat(seen(10, 4)).containsExactly(0, 2, 5, 7);
        assertThat(seen(9, 3)).containsExactly(0, 3, 6);
        assertThat(seen(5, 1)).containsExactly(0);
        assertThat(seen(5, 4)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void takes_all_samples_of_small_batches_and_for_0() {
        assertThat(seen(3, 0)).containsExactly(0, 1, 2);
        assertThat(seen(3, 3)).containsExactly(0, 1, 2);
        assertThat(seen(3, 4)).containsExactly(0, 1, 2);
    }

    @Test
    void gradients_reach_the_samples_taken_and_no_others() {
        Experts experts = Experts.random(1, 3, 6, 4, 4);
        ExpertLoss loss = new EquivalentTransformationLoss(Normalization.NONE);
        try (NDManager manager = ComputeDevice.CPU.open()) {
            Result result = experts.result(new SampledRows(loss, 2), manager);
            for (double[][] gradient : result.outputGradient()) {
                assertThat(gradient[0]).isNotEqualTo(new double[4]);
                assertThat(gradient[3]).isNotEqualTo(new double[4]);
                for (int other : new int[] {1, 2, 4, 5}) {
                    assertThat(gradient[other]).containsOnly(0);
                }
            }
        }
    }

    @Test
    void negative_rows_are_refused() {
        assertThatThrownBy(() -> new SampledRows((outputs, gates) -> outputs, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    private static int[] seen(int batch, int rows) {
        try (NDManager manager = ComputeDevice.CPU.open()) {
            NDArray number = manager.arange(batch).toType(DataType.FLOAT32, true);
            NDArray outputs = number.reshape(1, batch, 1).broadcast(new Shape(2, batch, 3));
            NDArray gates = number.reshape(batch, 1, 1).broadcast(new Shape(batch, 2, 1));
            float[] seen =
                    new SampledRows(SAMPLES_SEEN, rows).of(outputs, () -> gates).toFloatArray();
            int[] samples = new int[seen.length / 2];
            Arrays.setAll(samples, k -> (int) seen[k]);
            return samples;
        }
    }
}

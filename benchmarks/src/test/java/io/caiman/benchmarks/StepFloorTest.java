package io.caiman.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StepFloorTest {

    private static final int BATCH = 1024;

    private final ModelSpec spec = StepShape.spec(NetworkKind.CROCODILE);
    private final StepFloor floor = StepFloor.of(spec, BATCH);

    @Test
    void operations_are_those_of_the_products_counted_one_by_one() {
        long operations = 0;
        for (long[] layer : List.of(
                new long[] {5, 320, 256},
                new long[] {5, 256, 128},
                new long[] {5, 128, 64},
                new long[] {1, 48, 320},
                new long[] {1, 64, 32},
                new long[] {1, 32, 1})) {
            for (int pass = 0; pass < 3; pass++) {
                operations += 2 * BATCH * layer[0] * layer[1] * layer[2];
            }
        }
        operations += 2 * (2L * BATCH * 320 * 320);
        assertThat(floor.operations()).isEqualTo((double) operations);
    }

    @Test
    void bytes_are_those_of_inputs_gradients_weights_and_moments_and_only_places_slopes_and_logits_cross() {
        long inputs = BATCH * (5L * 320 + 48);
        long weights = 704_005;
        assertThat(floor.deviceBytes()).isCloseTo(4.0 * (2 * inputs + 6 * weights), within(6.0 * 4 * 16 * 40));
        assertThat(floor.upBytes()).isEqualTo(4.0 * (20 * BATCH + BATCH));
        assertThat(floor.downBytes()).isEqualTo(4.0 * BATCH);
    }

    @Test
    void a_step_cannot_be_quicker_than_the_slower_of_arithmetic_and_memory() {
        StepFloor step = new StepFloor(4e9, 2e9, 3e9, 1e9);
        DeviceRates fastMemory = new DeviceRates(1e12, 4e12, Optional.empty());
        assertThat(step.millis(fastMemory)).isCloseTo(4, within(1e-9));
        DeviceRates slowMemory = new DeviceRates(1e12, 2e11, Optional.empty());
        assertThat(step.millis(slowMemory)).isCloseTo(10, within(1e-9));
    }

    @Test
    void what_crosses_to_the_device_and_back_adds_to_it() {
        StepFloor step = new StepFloor(4e9, 2e9, 3e9, 1e9);
        DeviceRates rates = new DeviceRates(1e12, 4e12, Optional.of(new DeviceRates.Crossing(3e11, 1e12)));
        assertThat(step.crossingMillis(rates)).isCloseTo(11, within(1e-9));
        assertThat(step.millis(rates)).isCloseTo(15, within(1e-9));
    }
}

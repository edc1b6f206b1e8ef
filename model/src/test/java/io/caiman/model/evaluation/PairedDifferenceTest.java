package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PairedDifferenceTest {

    @Test
    void the_difference_is_what_the_second_has_more() {
        assertThat(new PairedDifference(0.5, 0.75, 0.1, 0.05, 0.45, 0.01).difference())
                .isEqualTo(0.25);
    }

    @Test
    void what_cannot_be_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PairedDifference(Double.NaN, 0.5, 0, 0, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new PairedDifference(0.5, 0.5, -1, 0, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new PairedDifference(0.5, 0.5, 0, 1, 0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new PairedDifference(0.5, 0.5, 0, 0, Double.NaN, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new PairedDifference(0.5, 0.5, 0, 0, 0, 1.5));
    }
}

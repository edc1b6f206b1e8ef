package io.caiman.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ChainedLogitTest {

    private static final double TOLERANCE = 1e-9;
    private static final double STEP = 1e-5;

    @Test
    void is_the_logit_of_the_product_of_both_probabilities() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            double a = 3 * random.nextGaussian();
            double b = 3 * random.nextGaussian();
            double product = 1 / (1 + Math.exp(-a)) / (1 + Math.exp(-b));
            double chained = ChainedLogit.of(a, b);
            assertThat(chained).isCloseTo(Math.log(product / (1 - product)), within(TOLERANCE));
            assertThat(BinaryCrossEntropy.sigmoid(chained)).isCloseTo(product, within(TOLERANCE));
        }
    }

    @Test
    void gradients_agree_with_finite_differences() {
        Random random = new Random(2);
        for (int i = 0; i < 1000; i++) {
            double a = 4 * random.nextGaussian();
            double b = 4 * random.nextGaussian();
            double chained = ChainedLogit.of(a, b);
            double byA = (ChainedLogit.of(a + STEP, b) - ChainedLogit.of(a - STEP, b)) / (2 * STEP);
            double byB = (ChainedLogit.of(a, b + STEP) - ChainedLogit.of(a, b - STEP)) / (2 * STEP);
            assertThat(ChainedLogit.gradient(a, chained)).isCloseTo(byA, within(1e-8));
            assertThat(ChainedLogit.gradient(b, chained)).isCloseTo(byB, within(1e-8));
        }
    }

    @Test
    void stays_finite_for_extreme_logits() {
        assertThat(ChainedLogit.of(1e4, 1e4)).isCloseTo(1e4 - Math.log(2), within(TOLERANCE));
        assertThat(ChainedLogit.of(-1e4, 1e4)).isEqualTo(-1e4);
        assertThat(ChainedLogit.of(-1e4, -1e4)).isEqualTo(-2e4);
        assertThat(ChainedLogit.gradient(1e4, ChainedLogit.of(1e4, 1e4))).isCloseTo(0.5, within(TOLERANCE));
        assertThat(ChainedLogit.gradient(1e4, -1e4)).isZero();
        assertThat(ChainedLogit.gradient(-1e4, -1e4)).isOne();
    }
}

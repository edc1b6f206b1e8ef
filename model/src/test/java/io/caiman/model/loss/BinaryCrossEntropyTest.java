package io.caiman.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.spec.LossSpec.CrossEntropy;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BinaryCrossEntropyTest {

    private static final double TOLERANCE = 1e-9;
    private static final double STEP = 1e-5;

    @Test
    void agrees_with_the_textbook_formula() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            double logit = 6 * random.nextGaussian();
            double probability = 1 / (1 + Math.exp(-logit));
            assertThat(BinaryCrossEntropy.of(logit, true)).isCloseTo(-Math.log(probability), within(TOLERANCE));
            assertThat(BinaryCrossEntropy.of(logit, false)).isCloseTo(-Math.log1p(-probability), within(1e-6));
        }
    }

    @Test
    void gradient_agrees_with_finite_differences() {
        Random random = new Random(2);
        for (int i = 0; i < 1000; i++) {
            double logit = 4 * random.nextGaussian();
            boolean label = random.nextBoolean();
            double difference =
                    (BinaryCrossEntropy.of(logit + STEP, label) - BinaryCrossEntropy.of(logit - STEP, label))
                            / (2 * STEP);
            assertThat(BinaryCrossEntropy.gradient(logit, label)).isCloseTo(difference, within(1e-8));
        }
    }

    @Test
    void stays_finite_for_extreme_logits() {
        assertThat(BinaryCrossEntropy.of(1e4, false)).isEqualTo(1e4);
        assertThat(BinaryCrossEntropy.of(-1e4, true)).isEqualTo(1e4);
        assertThat(BinaryCrossEntropy.of(1e4, true)).isZero();
        assertThat(BinaryCrossEntropy.sigmoid(-1e4)).isZero();
    }

    @Test
    void each_domain_weighs_as_much_as_any_other_with_domain_mean_and_each_sample_with_mean() {
        assertThat(BinaryCrossEntropy.weight(CrossEntropy.DOMAIN_MEAN, 4, 10)).isEqualTo(0.25);
        assertThat(BinaryCrossEntropy.weight(CrossEntropy.MEAN, 4, 10)).isEqualTo(0.1);
    }
}

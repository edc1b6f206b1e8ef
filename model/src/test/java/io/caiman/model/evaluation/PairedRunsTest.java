package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairedRunsTest {

    /** Of integrating the density of t by the trapezoidal rule. */
    private static final double INTEGRATION = 1e-6;

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 6, 20})
    void p_is_the_area_beyond_t_on_both_sides_under_the_density_of_student(int runs) {
        for (long seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            double[] first = new double[runs];
            double[] second = new double[runs];
            double mean = 0;
            for (int i = 0; i < runs; i++) {
                first[i] = 0.7 + 0.01 * random.nextGaussian();
                second[i] = first[i] + 0.001 + 0.002 * random.nextGaussian();
                mean += (second[i] - first[i]) / runs;
            }
            double squares = 0;
            for (int i = 0; i < runs; i++) {
                squares += Math.pow(second[i] - first[i] - mean, 2);
            }
            double t = mean / Math.sqrt(squares / (runs - 1) / runs);
            double expected = 1 - areaWithin(Math.abs(t), runs - 1);

            assertThat(PairedRuns.tTest(first, second)).hasValueCloseTo(expected, within(INTEGRATION));
            assertThat(PairedRuns.tTest(second, first)).hasValueCloseTo(expected, within(INTEGRATION));
        }
    }

    @Test
    void models_that_never_differ_are_equal_for_certain() {
        assertThat(PairedRuns.tTest(new double[] {0.7, 0.8}, new double[] {0.7, 0.8}))
                .hasValue(1);
    }

    @Test
    void runs_that_do_not_vary_or_are_too_few_tell_nothing() {
        assertThat(PairedRuns.tTest(new double[0], new double[0])).isEmpty();
        assertThat(PairedRuns.tTest(new double[] {0.7}, new double[] {0.8})).isEmpty();
        assertThat(PairedRuns.tTest(new double[] {0.5, 0.5, 0.5}, new double[] {0.75, 0.75, 0.75}))
                .isEmpty();
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> PairedRuns.tTest(new double[2], new double[3]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PairedRuns.tTest(new double[2], new double[] {0, Double.NaN}))
                .withMessageContaining("run 1");
    }

    /** With t = sqrt(df) tan(a), the density of Student's t becomes proportional to cos(a)^(df - 1) da. */
    private static double areaWithin(double t, int degrees) {
        double limit = Math.atan(t / Math.sqrt(degrees));
        return integral(limit, degrees) / integral(Math.PI / 2, degrees);
    }

    private static double integral(double limit, int degrees) {
        int steps = 20_000;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double weight = i == 0 || i == steps ? 0.5 : 1;
            sum += weight * Math.pow(Math.cos(limit * i / steps), degrees - 1.0);
        }
        return sum * limit / steps;
    }
}

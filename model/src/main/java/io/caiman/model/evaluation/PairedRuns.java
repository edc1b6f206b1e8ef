package io.caiman.model.evaluation;

import java.util.OptionalDouble;
import org.apache.commons.statistics.inference.TTest;

/** Whether two models differ over repeated runs, run i of both with the same seed: the test behind the stars of the paper. */
public final class PairedRuns {

    private PairedRuns() {}

    /**
     * Two-sided p-value of the paired t-test: {@code t = mean(d) / (sd(d) / sqrt(n))} of the differences {@code d_i = second_i -
     * first_i}, with n - 1 degrees of freedom.
     *
     * <p>1 where all differences are 0. Empty with fewer than two runs, and where all differences are the same but not 0: runs
     * that do not vary (a seed that changes nothing, say) tell nothing of chance.
     *
     * @param first [runs], the first model's metric in each run, finite
     * @param second [runs], the second model's
     */
    public static OptionalDouble tTest(double[] first, double[] second) {
        if (first.length != second.length) {
            throw new IllegalArgumentException("%d runs of the first model but %d of the second: expected as many"
                    .formatted(first.length, second.length));
        }
        if (first.length < 2) {
            return OptionalDouble.empty();
        }
        boolean varied = false;
        for (int i = 0; i < first.length; i++) {
            if (!Double.isFinite(first[i]) || !Double.isFinite(second[i])) {
                throw new IllegalArgumentException(
                        "metrics %s and %s of run %d: expected finite numbers".formatted(first[i], second[i], i));
            }
            varied |= second[i] - first[i] != second[0] - first[0];
        }
        if (!varied) {
            return second[0] == first[0] ? OptionalDouble.of(1) : OptionalDouble.empty();
        }
        return OptionalDouble.of(TTest.withDefaults().pairedTest(first, second).getPValue());
    }
}

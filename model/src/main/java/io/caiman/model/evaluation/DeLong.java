package io.caiman.model.evaluation;

import java.util.Optional;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The test of DeLong, DeLong and Clarke-Pearson ("Comparing the Areas under Two or More Correlated Receiver Operating
 * Characteristic Curves", Biometrics 44, 1988): whether two models that scored the same impressions differ in AUC.
 *
 * <p>The placement of a positive is the share of the negatives it beats, ties counting half; that of a negative is the share
 * of the positives that beat it. AUC is the mean of either. With {@code d} the difference of an impression's placements under
 * the two models, and P positives and N negatives,
 *
 * <pre>{@code variance of (AUC_second - AUC_first) = var(d of positives) / P + var(d of negatives) / N}</pre>
 *
 * with sample variances (divided by P - 1 and N - 1), and the difference over its standard error is taken as standard normal.
 * {@link Placements} are found in O(n log n) and exactly, as differences of midranks would be (Sun and Xu,
 * "Fast Implementation of DeLong's Algorithm", IEEE Signal Processing Letters 21, 2014).
 *
 * <p>The test takes impressions as independent. Those of one user are often not: where one model is better for some
 * users and the other for others, the standard error is too small and equal models differ "significantly" far more often than
 * in 5 % of the cases. {@link ClusteredDeLong} for AUC and {@link ClusterBootstrap} for gAUC are then the ones to trust.
 */
public final class DeLong {

    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    private DeLong() {}

    /**
     * Compares two models' AUCs.
     *
     * <p>Two models that place every impression alike, such as a model and itself, have a difference of 0 with a standard
     * error of 0 and p = 1. Empty with fewer than two positives or two negatives, and where the models differ but by the
     * same for every impression, so that the spread of the difference cannot be told.
     *
     * @param first [n], the first model's scores, any numbers but NaN
     * @param second [n], the second model's scores of the same impressions
     * @param labels [n]
     */
    public static Optional<PairedDifference> compare(double[] first, double[] second, boolean[] labels) {
        return compare(Placements.of(first, second, labels));
    }

    /** As {@link #compare(double[], double[], boolean[])}, where both models place the impressions as stated. */
    public static Optional<PairedDifference> compare(Placements placements) {
        if (placements.positives() < 2 || placements.negatives() < 2) {
            return Optional.empty();
        }
        double firstAuc = placements.firstAuc().orElseThrow();
        double secondAuc = placements.secondAuc().orElseThrow();
        double variance = squaredError(placements, true, placements.positives(), placements.negatives())
                + squaredError(placements, false, placements.negatives(), placements.positives());
        double difference = secondAuc - firstAuc;
        if (variance == 0 && difference != 0) {
            return Optional.empty();
        }
        double standardError = Math.sqrt(variance);
        double halfWidth = NORMAL.inverseSurvivalProbability(PairedDifference.MISSES / 2) * standardError;
        double pValue = variance == 0 ? 1 : 2 * NORMAL.survivalProbability(Math.abs(difference) / standardError);
        return Optional.of(new PairedDifference(
                firstAuc, secondAuc, standardError, difference - halfWidth, difference + halfWidth, pValue));
    }

    /** The sample variance of the differences of one class's placements over their number: the squared error of their mean. */
    private static double squaredError(Placements placements, boolean label, int size, int others) {
        long sum = 0;
        for (int i = 0; i < placements.size(); i++) {
            sum += placements.label(i) == label ? placements.gain(i) : 0;
        }
        double mean = (double) sum / size;
        double squares = 0;
        for (int i = 0; i < placements.size(); i++) {
            if (placements.label(i) == label) {
                double deviation = (placements.gain(i) - mean) / (2.0 * others);
                squares += deviation * deviation;
            }
        }
        return squares / (size - 1.0) / size;
    }
}

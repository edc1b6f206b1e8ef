package io.caiman.model.evaluation;

import java.util.Arrays;
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
 * Placements are found by sorting each class once, in O(n log n) and exactly, as differences of midranks would be (Sun and Xu,
 * "Fast Implementation of DeLong's Algorithm", IEEE Signal Processing Letters 21, 2014).
 *
 * <p>The test takes impressions as independent. Those of one user are often not: where one model is better for some
 * users and the other for others, the standard error is too small and equal models differ "significantly" far more often than
 * in 5 % of the cases. {@link ClusterBootstrap} is then the test to trust.
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
        if (first.length != labels.length || second.length != labels.length) {
            throw new IllegalArgumentException(
                    "%d and %d scores but %d labels: expected one of each for each impression"
                            .formatted(first.length, second.length, labels.length));
        }
        double[] firstPositives = ofClass(first, labels, true);
        double[] firstNegatives = ofClass(first, labels, false);
        double[] secondPositives = ofClass(second, labels, true);
        double[] secondNegatives = ofClass(second, labels, false);
        int positives = firstPositives.length;
        int negatives = firstNegatives.length;
        if (positives < 2 || negatives < 2) {
            return Optional.empty();
        }
        long[] firstWon = wonTwice(firstPositives, firstNegatives);
        long[] secondWon = wonTwice(secondPositives, secondNegatives);
        double pairsTwice = 2.0 * positives * negatives;
        double firstAuc = Arrays.stream(firstWon).sum() / pairsTwice;
        double secondAuc = Arrays.stream(secondWon).sum() / pairsTwice;
        double variance = squaredError(firstWon, secondWon, negatives)
                + squaredError(
                        wonTwice(firstNegatives, firstPositives),
                        wonTwice(secondNegatives, secondPositives),
                        positives);
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

    private static double[] ofClass(double[] scores, boolean[] labels, boolean label) {
        double[] ofClass = new double[scores.length];
        int size = 0;
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(scores[i])) {
                throw new IllegalArgumentException("score NaN at position %d: expected a number".formatted(i));
            }
            if (labels[i] == label) {
                // Adding 0 turns -0.0, which sorts apart, into 0.0.
                ofClass[size++] = scores[i] + 0.0;
            }
        }
        return Arrays.copyOf(ofClass, size);
    }

    /** For each score, twice the number of the others below it plus the number of those equal to it. */
    private static long[] wonTwice(double[] scores, double[] others) {
        double[] sorted = others.clone();
        Arrays.sort(sorted);
        long[] wonTwice = new long[scores.length];
        for (int i = 0; i < scores.length; i++) {
            wonTwice[i] = (long) countBelow(sorted, scores[i], false) + countBelow(sorted, scores[i], true);
        }
        return wonTwice;
    }

    private static int countBelow(double[] sorted, double score, boolean orEqual) {
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] < score || (orEqual && sorted[middle] == score)) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /** The sample variance of the differences of the placements over their number: the squared error of their mean. */
    private static double squaredError(long[] firstWonTwice, long[] secondWonTwice, int others) {
        int size = firstWonTwice.length;
        double mean = (double) (Arrays.stream(secondWonTwice).sum()
                        - Arrays.stream(firstWonTwice).sum())
                / size;
        double squares = 0;
        for (int i = 0; i < size; i++) {
            double deviation = (secondWonTwice[i] - firstWonTwice[i] - mean) / (2.0 * others);
            squares += deviation * deviation;
        }
        return squares / (size - 1.0) / size;
    }
}

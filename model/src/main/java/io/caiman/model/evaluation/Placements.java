package io.caiman.model.evaluation;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Where two models place the same impressions: a positive by the share of the negatives it beats, a negative by the share of
 * the positives that beat it, ties counting half. AUC is the mean placement of either class.
 *
 * <p>Found by sorting each class once and searching in it, in O(n log n) and exactly: counts are kept as whole numbers.
 */
public final class Placements {

    private final int positives;
    private final int negatives;
    private final long firstWonTwice;
    private final long secondWonTwice;
    private final boolean[] labels;
    private final long[] gains;

    private Placements(
            int positives, int negatives, long firstWonTwice, long secondWonTwice, boolean[] labels, long[] gains) {
        this.positives = positives;
        this.negatives = negatives;
        this.firstWonTwice = firstWonTwice;
        this.secondWonTwice = secondWonTwice;
        this.labels = labels;
        this.gains = gains;
    }

    /**
     * The placements of some impressions.
     *
     * @param first [n], the first model's scores, any numbers but NaN
     * @param second [n], the second model's scores of the same impressions
     * @param labels [n]
     */
    public static Placements of(double[] first, double[] second, boolean[] labels) {
        if (first.length != labels.length || second.length != labels.length) {
            throw new IllegalArgumentException(
                    "%d and %d scores but %d labels: expected one of each for each impression"
                            .formatted(first.length, second.length, labels.length));
        }
        double[] firstPositives = sorted(first, labels, true);
        double[] firstNegatives = sorted(first, labels, false);
        double[] secondPositives = sorted(second, labels, true);
        double[] secondNegatives = sorted(second, labels, false);
        long firstWonTwice = 0;
        long secondWonTwice = 0;
        long[] gains = new long[labels.length];
        for (int i = 0; i < labels.length; i++) {
            if (labels[i]) {
                long firstHere = beatenTwice(firstNegatives, first[i]);
                long secondHere = beatenTwice(secondNegatives, second[i]);
                firstWonTwice += firstHere;
                secondWonTwice += secondHere;
                gains[i] = secondHere - firstHere;
            } else {
                // What beats a negative is what it does not beat.
                gains[i] = beatenTwice(firstPositives, first[i]) - beatenTwice(secondPositives, second[i]);
            }
        }
        return new Placements(
                firstPositives.length, firstNegatives.length, firstWonTwice, secondWonTwice, labels.clone(), gains);
    }

    public int size() {
        return gains.length;
    }

    public int positives() {
        return positives;
    }

    public int negatives() {
        return negatives;
    }

    boolean label(int i) {
        return labels[i];
    }

    /** Twice the number of impressions of the other class by which the second model places this one better than the first. */
    long gain(int i) {
        return gains[i];
    }

    /** The first model's AUC, in [0, 1]; empty unless there are both a positive and a negative. */
    public OptionalDouble firstAuc() {
        return auc(firstWonTwice);
    }

    /** The second model's AUC, in [0, 1]; empty unless there are both a positive and a negative. */
    public OptionalDouble secondAuc() {
        return auc(secondWonTwice);
    }

    private OptionalDouble auc(long wonTwice) {
        return positives == 0 || negatives == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(wonTwice / (2.0 * positives * negatives));
    }

    private static double[] sorted(double[] scores, boolean[] labels, boolean label) {
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
        double[] sorted = Arrays.copyOf(ofClass, size);
        Arrays.sort(sorted);
        return sorted;
    }

    /** Twice the number of the others below a score plus the number of those equal to it. */
    private static long beatenTwice(double[] sorted, double score) {
        return (long) countBelow(sorted, score, false) + countBelow(sorted, score, true);
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
}

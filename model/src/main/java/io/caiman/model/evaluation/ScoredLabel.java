package io.caiman.model.evaluation;

/**
 * A score in [0, 1] and its label in one {@code long}, exactly: the bits of the score, shifted left by one, with the label
 * in the lowest bit. The order of these numbers is the order of the scores (a negative before a positive on a tie), so
 * arrays of them sort, merge and travel as primitives.
 */
public final class ScoredLabel {

    private ScoredLabel() {}

    /**
     * A score and its label as one number.
     *
     * @param score in [0, 1]
     * @throws IllegalArgumentException if the score is outside [0, 1] or not a number
     */
    public static long encode(double score, boolean label) {
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("score %s: expected a probability in [0, 1]".formatted(score));
        }
        // Adding 0 turns -0.0, whose sign bit would be lost, into 0.0.
        return Double.doubleToRawLongBits(score + 0.0) << 1 | (label ? 1 : 0);
    }

    public static double score(long scoredLabel) {
        return Double.longBitsToDouble(scoredLabel >>> 1);
    }

    public static boolean label(long scoredLabel) {
        return (scoredLabel & 1) != 0;
    }

    /** All pairs of two arrays of the same length. */
    static long[] encode(double[] scores, boolean[] labels) {
        if (scores.length != labels.length) {
            throw new IllegalArgumentException("%d scores but %d labels: expected one label for each score"
                    .formatted(scores.length, labels.length));
        }
        long[] encoded = new long[scores.length];
        for (int i = 0; i < scores.length; i++) {
            encoded[i] = encode(scores[i], labels[i]);
        }
        return encoded;
    }
}

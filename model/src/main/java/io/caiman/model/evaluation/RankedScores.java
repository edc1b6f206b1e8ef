package io.caiman.model.evaluation;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Scores with their labels, in the order of the scores. Immutable; 8 bytes for each. The exact figure that {@link
 * ScoreHistogram} approximates, for as many scores as one user has.
 */
public final class RankedScores {

    private static final RankedScores NONE = new RankedScores(new long[0]);

    private final long[] ranked;

    private RankedScores(long[] ranked) {
        this.ranked = ranked;
    }

    public static RankedScores none() {
        return NONE;
    }

    /**
     * The ranking of scores.
     *
     * @param scores [n], each in [0, 1]
     * @param labels [n]
     */
    public static RankedScores of(double[] scores, boolean[] labels) {
        return ofEncoded(ScoredLabel.encode(scores, labels));
    }

    /** The ranking of {@link ScoredLabel}s in any order. */
    public static RankedScores ofEncoded(long... scoredLabels) {
        long[] ranked = scoredLabels.clone();
        Arrays.sort(ranked);
        return new RankedScores(ranked);
    }

    /** These scores and the others together, in time linear in their number. */
    public RankedScores merge(RankedScores other) {
        if (ranked.length == 0 || other.ranked.length == 0) {
            return ranked.length == 0 ? other : this;
        }
        long[] merged = new long[ranked.length + other.ranked.length];
        int mine = 0;
        int theirs = 0;
        for (int i = 0; i < merged.length; i++) {
            boolean takeMine =
                    theirs == other.ranked.length || (mine < ranked.length && ranked[mine] <= other.ranked[theirs]);
            merged[i] = takeMine ? ranked[mine++] : other.ranked[theirs++];
        }
        return new RankedScores(merged);
    }

    public int size() {
        return ranked.length;
    }

    /** The {@link ScoredLabel}s in ascending order, an array of the caller's own. */
    public long[] toArray() {
        return ranked.clone();
    }

    /**
     * Area under the ROC curve: the share of (positive, negative) pairs in which the positive has the higher score, a tie
     * counting half (Mann-Whitney U over P N).
     *
     * <p>{@code AUC = sum over positives (negatives below + negatives at the same score / 2) / (P N)}, in [0, 1]; the sum is
     * exact. Empty unless there are both a positive and a negative.
     */
    public OptionalDouble auc() {
        long positives = 0;
        long negatives = 0;
        long wonTwice = 0;
        int i = 0;
        while (i < ranked.length) {
            long score = ranked[i] >>> 1;
            long positivesHere = 0;
            long negativesHere = 0;
            for (; i < ranked.length && ranked[i] >>> 1 == score; i++) {
                if (ScoredLabel.label(ranked[i])) {
                    positivesHere++;
                } else {
                    negativesHere++;
                }
            }
            wonTwice += positivesHere * (2 * negatives + negativesHere);
            positives += positivesHere;
            negatives += negativesHere;
        }
        return positives == 0 || negatives == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(wonTwice / (2.0 * positives * negatives));
    }
}

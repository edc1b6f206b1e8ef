package io.caiman.model.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Positives and negatives counted by score, in bins of equal width on the logit scale {@code ln(p / (1 - p))}, from which the
 * AUC of any number of scores follows in bounded memory. Histograms of parts of a stream merge into the histogram of the
 * whole. Immutable.
 *
 * <p>Only occupied bins are kept. Bins start 2^-{@value #FINEST_LEVEL} wide; as soon as more than {@value #MOST_BINS} are
 * occupied, all widths double until no more are. How wide the bins end up depends only on the scores counted, not on the
 * order in which they came or were merged.
 *
 * <p><b>Error.</b> Pairs of a positive and a negative in different bins are ordered exactly; a pair within one bin counts
 * half, as a tie, when in truth it counts between 0 and 1. So the AUC is off by at most half the share of (positive,
 * negative) pairs that fall into one bin, {@code sum(p_b n_b) / (2 P N)}, which {@link #aucErrorBound} tells. The true error
 * is far smaller, because such pairs fall to either side almost equally often.
 */
public final class ScoreHistogram {

    private static final int FINEST_LEVEL = 20;
    private static final int MOST_BINS = 1 << 15;

    /** |logit| of scores so near to 0 or 1 that a double hardly tells them from it; nearer ones share the outermost bin. */
    private static final double LARGEST_LOGIT = 40;

    private static final ScoreHistogram EMPTY = new ScoreHistogram(FINEST_LEVEL, new int[0], new long[0], new long[0]);

    private final int level;
    private final int[] bins;
    private final long[] positives;
    private final long[] negatives;

    /**
     * A histogram from its contents, as the accessors give them.
     *
     * @param level bins are 2^-level wide
     * @param bins [k], the occupied bins in ascending order: bin b holds the logits of [b, b + 1) 2^-level
     * @param positives [k], positives in each
     * @param negatives [k], negatives in each
     */
    public ScoreHistogram(int level, int[] bins, long[] positives, long[] negatives) {
        if (bins.length != positives.length || bins.length != negatives.length) {
            throw new IllegalArgumentException(
                    "%d bins, %d counts of positives and %d of negatives: expected as many of each"
                            .formatted(bins.length, positives.length, negatives.length));
        }
        this.level = level;
        this.bins = bins;
        this.positives = positives;
        this.negatives = negatives;
    }

    public static ScoreHistogram empty() {
        return EMPTY;
    }

    /**
     * The histogram of some scores.
     *
     * @param scores [n], each in [0, 1]
     * @param labels [n]
     */
    public static ScoreHistogram of(double[] scores, boolean[] labels) {
        return ofEncoded(ScoredLabel.encode(scores, labels));
    }

    /** The histogram of {@link ScoredLabel}s in any order. */
    public static ScoreHistogram ofEncoded(long... scoredLabels) {
        long[] binned = new long[scoredLabels.length];
        for (int i = 0; i < binned.length; i++) {
            binned[i] =
                    (long) bin(ScoredLabel.score(scoredLabels[i])) << 1 | (ScoredLabel.label(scoredLabels[i]) ? 1 : 0);
        }
        Arrays.sort(binned);
        Builder builder = new Builder(FINEST_LEVEL, binned.length);
        for (long one : binned) {
            int label = (int) (one & 1);
            builder.add((int) (one >> 1), label, 1 - label);
        }
        return builder.build();
    }

    /** The histogram of both histograms' scores. */
    public ScoreHistogram merge(ScoreHistogram other) {
        if (bins.length == 0 || other.bins.length == 0) {
            return bins.length == 0 ? other : this;
        }
        int common = Math.min(level, other.level);
        Builder builder = new Builder(common, bins.length + other.bins.length);
        int mine = 0;
        int theirs = 0;
        while (mine < bins.length || theirs < other.bins.length) {
            long myBin = mine == bins.length ? Long.MAX_VALUE : bins[mine] >> (level - common);
            long theirBin = theirs == other.bins.length ? Long.MAX_VALUE : other.bins[theirs] >> (other.level - common);
            if (myBin <= theirBin) {
                builder.add((int) myBin, positives[mine], negatives[mine]);
                mine++;
            } else {
                builder.add((int) theirBin, other.positives[theirs], other.negatives[theirs]);
                theirs++;
            }
        }
        return builder.build();
    }

    /** The histogram of all histograms' scores. */
    public static ScoreHistogram merge(List<ScoreHistogram> histograms) {
        // Two and two of like size, so that no score is moved more than log2(n) times.
        List<ScoreHistogram> left = histograms;
        while (left.size() > 1) {
            List<ScoreHistogram> pairs = new ArrayList<>(left.size() / 2 + 1);
            for (int i = 0; i < left.size(); i += 2) {
                pairs.add(i + 1 < left.size() ? left.get(i).merge(left.get(i + 1)) : left.get(i));
            }
            left = pairs;
        }
        return left.isEmpty() ? EMPTY : left.get(0);
    }

    /** AUC as in {@link RankedScores#auc}, with all scores of one bin taken as equal. */
    public OptionalDouble auc() {
        double won = 0;
        double positivesSoFar = 0;
        double negativesSoFar = 0;
        for (int i = 0; i < bins.length; i++) {
            won += positives[i] * (negativesSoFar + negatives[i] / 2.0);
            positivesSoFar += positives[i];
            negativesSoFar += negatives[i];
        }
        double pairs = positivesSoFar * negativesSoFar;
        return pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of(won / pairs);
    }

    /** What {@link #auc} is off by at most: {@code sum(p_b n_b) / (2 P N)}. Empty where AUC is. */
    public OptionalDouble aucErrorBound() {
        double pairsInOneBin = 0;
        for (int i = 0; i < bins.length; i++) {
            pairsInOneBin += (double) positives[i] * negatives[i];
        }
        double pairs = (double) Arrays.stream(positives).sum()
                * Arrays.stream(negatives).sum();
        return pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of(pairsInOneBin / (2 * pairs));
    }

    /** Bins are 2^-level wide. */
    public int level() {
        return level;
    }

    /** Number of occupied bins, at most {@value #MOST_BINS}. */
    public int size() {
        return bins.length;
    }

    /** The i-th occupied bin, counted from 0 in ascending order. */
    public int bin(int i) {
        return bins[i];
    }

    /** Positives in the i-th occupied bin. */
    public long positives(int i) {
        return positives[i];
    }

    /** Negatives in the i-th occupied bin. */
    public long negatives(int i) {
        return negatives[i];
    }

    private static int bin(double score) {
        double logit = Math.log(score / (1 - score));
        return (int) Math.floor(Math.max(-LARGEST_LOGIT, Math.min(LARGEST_LOGIT, logit)) * (1 << FINEST_LEVEL));
    }

    /** Takes bins in ascending order. */
    private static final class Builder {
        private final int[] bins;
        private final long[] positives;
        private final long[] negatives;
        private int level;
        private int size;

        Builder(int level, int capacity) {
            this.level = level;
            bins = new int[capacity];
            positives = new long[capacity];
            negatives = new long[capacity];
        }

        void add(int bin, long addedPositives, long addedNegatives) {
            if (size == 0 || bins[size - 1] != bin) {
                bins[size] = bin;
                positives[size] = 0;
                negatives[size] = 0;
                size++;
            }
            positives[size - 1] += addedPositives;
            negatives[size - 1] += addedNegatives;
        }

        ScoreHistogram build() {
            while (size > MOST_BINS) {
                doubleTheWidths();
            }
            return new ScoreHistogram(
                    level, Arrays.copyOf(bins, size), Arrays.copyOf(positives, size), Arrays.copyOf(negatives, size));
        }

        private void doubleTheWidths() {
            int finer = size;
            size = 0;
            level--;
            for (int i = 0; i < finer; i++) {
                add(bins[i] >> 1, positives[i], negatives[i]);
            }
        }
    }
}

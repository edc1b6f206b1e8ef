package io.caiman.model.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
 * <p>A histogram of at most {@value #MOST_BINS} scores takes 4 bytes for each score, one of more at most 20 for each bin.
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

    private static final int[] NONE = {};
    private static final long[] NO_COUNTS = {};
    private static final ScoreHistogram EMPTY = new ScoreHistogram(NONE);

    /** Of at most {@value #MOST_BINS} scores: bin and label of each, {@code bin << 1 | label}, in ascending order. Else empty. */
    private final int[] few;

    private final int level;
    private final int[] bins;
    private final long[] positives;
    private final long[] negatives;

    private ScoreHistogram(int[] few) {
        this.few = few;
        this.level = FINEST_LEVEL;
        this.bins = NONE;
        this.positives = NO_COUNTS;
        this.negatives = NO_COUNTS;
    }

    private ScoreHistogram(int level, int[] bins, long[] positives, long[] negatives) {
        this.few = NONE;
        this.level = level;
        this.bins = bins;
        this.positives = positives;
        this.negatives = negatives;
    }

    /**
     * A histogram from its contents, as {@link #forEachBin} gives them.
     *
     * @param level bins are 2^-level wide
     * @param bins [k], the occupied bins in ascending order: bin b holds the logits of [b, b + 1) 2^-level
     * @param positives [k], positives in each
     * @param negatives [k], negatives in each
     */
    public static ScoreHistogram ofBins(int level, int[] bins, long[] positives, long[] negatives) {
        if (bins.length != positives.length || bins.length != negatives.length) {
            throw new IllegalArgumentException(
                    "%d bins, %d counts of positives and %d of negatives: expected as many of each"
                            .formatted(bins.length, positives.length, negatives.length));
        }
        long scores = 0;
        for (int i = 0; i < bins.length; i++) {
            scores += positives[i] + negatives[i];
        }
        if (scores > MOST_BINS) {
            return new ScoreHistogram(level, bins, positives, negatives);
        }
        int[] few = new int[(int) scores];
        int size = 0;
        for (int i = 0; i < bins.length; i++) {
            Arrays.fill(few, size, size += (int) negatives[i], bins[i] << 1);
            Arrays.fill(few, size, size += (int) positives[i], bins[i] << 1 | 1);
        }
        return new ScoreHistogram(few);
    }

    /** Takes the occupied bins of a histogram. */
    @FunctionalInterface
    public interface BinConsumer<E extends Exception> {

        /** Takes the next bin, in ascending order: bin b holds the logits of [b, b + 1) 2^-level. */
        void accept(int bin, long positives, long negatives) throws E;
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
        int[] binned = new int[scoredLabels.length];
        for (int i = 0; i < binned.length; i++) {
            binned[i] = bin(ScoredLabel.score(scoredLabels[i])) << 1 | (ScoredLabel.label(scoredLabels[i]) ? 1 : 0);
        }
        Arrays.sort(binned);
        return binned.length <= MOST_BINS ? new ScoreHistogram(binned) : build(binned);
    }

    /** The histogram of both histograms' scores. */
    public ScoreHistogram merge(ScoreHistogram other) {
        if (isEmpty() || other.isEmpty()) {
            return isEmpty() ? other : this;
        }
        if (few.length > 0 && other.few.length > 0) {
            int[] merged = merged(few, other.few);
            return merged.length <= MOST_BINS ? new ScoreHistogram(merged) : build(merged);
        }
        return counted().mergeBins(other.counted());
    }

    /** The histogram of all histograms' scores. */
    public static ScoreHistogram merge(List<ScoreHistogram> histograms) {
        int scores = 0;
        for (ScoreHistogram histogram : histograms) {
            scores = histogram.bins.length > 0 || scores > MOST_BINS ? MOST_BINS + 1 : scores + histogram.few.length;
        }
        return scores <= MOST_BINS ? mergeFew(histograms, scores) : mergePairs(histograms);
    }

    private static ScoreHistogram mergeFew(List<ScoreHistogram> histograms, int scores) {
        if (histograms.size() == 2) {
            return new ScoreHistogram(merged(histograms.get(0).few, histograms.get(1).few));
        }
        int[] merged = new int[scores];
        int size = 0;
        for (ScoreHistogram histogram : histograms) {
            System.arraycopy(histogram.few, 0, merged, size, histogram.few.length);
            size += histogram.few.length;
        }
        Arrays.sort(merged); // which finds what is in order, and merges that
        return new ScoreHistogram(merged);
    }

    private static ScoreHistogram mergePairs(List<ScoreHistogram> histograms) {
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

    /**
     * The histogram of this one's scores without those of a part of them: exactly the one that merging all other parts gives.
     * Empty if this is of more than {@value #MOST_BINS} scores, for then it may be coarser than that of fewer would be.
     *
     * @param part of scores that are all in this histogram
     */
    public Optional<ScoreHistogram> without(ScoreHistogram part) {
        if (bins.length > 0) {
            return Optional.empty();
        }
        int[] left = new int[few.length - part.few.length];
        int size = 0;
        int taken = 0;
        for (int one : few) {
            if (taken < part.few.length && part.few[taken] == one) {
                taken++;
            } else {
                left[size++] = one;
            }
        }
        return Optional.of(new ScoreHistogram(left));
    }

    /** AUC as in {@link RankedScores#auc}, with all scores of one bin taken as equal. */
    public OptionalDouble auc() {
        return pairs().auc();
    }

    /** What {@link #auc} is off by at most: {@code sum(p_b n_b) / (2 P N)}. Empty where AUC is. */
    public OptionalDouble aucErrorBound() {
        return pairs().error();
    }

    private PairCount pairs() {
        PairCount pairs = new PairCount();
        if (bins.length > 0) {
            forEachBin(pairs);
        } else {
            pairs.acceptFew(few);
        }
        return pairs;
    }

    /** Bins are 2^-level wide. */
    public int level() {
        return level;
    }

    /** Number of occupied bins, at most {@value #MOST_BINS}. */
    public int size() {
        int size = bins.length;
        for (int i = 0; i < few.length; i++) {
            size += i == 0 || few[i] >> 1 != few[i - 1] >> 1 ? 1 : 0;
        }
        return size;
    }

    /** Hands on every occupied bin, in ascending order. */
    public <E extends Exception> void forEachBin(BinConsumer<E> out) throws E {
        for (int i = 0; i < bins.length; i++) {
            out.accept(bins[i], positives[i], negatives[i]);
        }
        for (int from = 0, to; from < few.length; from = to) {
            int bin = few[from] >> 1;
            int positivesHere = 0;
            for (to = from; to < few.length && few[to] >> 1 == bin; to++) {
                positivesHere += few[to] & 1;
            }
            out.accept(bin, positivesHere, to - from - positivesHere);
        }
    }

    private boolean isEmpty() {
        return few.length == 0 && bins.length == 0;
    }

    /** The same, not as few. */
    private ScoreHistogram counted() {
        return few.length == 0 ? this : build(few);
    }

    private ScoreHistogram mergeBins(ScoreHistogram other) {
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

    private static int[] merged(int[] one, int[] other) {
        int[] merged = new int[one.length + other.length];
        int mine = 0;
        int theirs = 0;
        for (int to = 0; to < merged.length; to++) {
            merged[to] = theirs == other.length || (mine < one.length && one[mine] <= other[theirs])
                    ? one[mine++]
                    : other[theirs++];
        }
        return merged;
    }

    /** From {@code bin << 1 | label} in ascending order. */
    private static ScoreHistogram build(int[] binned) {
        Builder builder = new Builder(FINEST_LEVEL, binned.length);
        for (int one : binned) {
            builder.add(one >> 1, one & 1, 1 - (one & 1));
        }
        return builder.build();
    }

    private static int bin(double score) {
        double logit = Math.log(score / (1 - score));
        return (int) Math.floor(Math.max(-LARGEST_LOGIT, Math.min(LARGEST_LOGIT, logit)) * (1 << FINEST_LEVEL));
    }

    /** Counts pairs of a positive and a negative. */
    private static final class PairCount implements BinConsumer<RuntimeException> {
        private double won;
        private double inOneBin;
        private double positivesSoFar;
        private double negativesSoFar;

        @Override
        public void accept(int bin, long positives, long negatives) {
            won += positives * (negativesSoFar + negatives / 2.0);
            inOneBin += (double) positives * negatives;
            positivesSoFar += positives;
            negativesSoFar += negatives;
        }

        /** All bins of a histogram of few scores, most of which hold one. */
        void acceptFew(int[] few) {
            for (int from = 0, to; from < few.length; from = to) {
                int bin = few[from] >> 1;
                int positives = few[from] & 1;
                for (to = from + 1; to < few.length && few[to] >> 1 == bin; to++) {
                    positives += few[to] & 1;
                }
                accept(bin, positives, to - from - positives);
            }
        }

        OptionalDouble auc() {
            return of(won);
        }

        OptionalDouble error() {
            return of(inOneBin / 2);
        }

        private OptionalDouble of(double count) {
            double pairs = positivesSoFar * negativesSoFar;
            return pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of(count / pairs);
        }
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

package io.caiman.jobs.leaderboard;

import java.util.Arrays;

/**
 * Pairs in a flat array, in the order of their ranks, 32 bytes each; of more than it may hold, those with the least ranks. Ranks
 * are hashes of impressions, so what is held is a uniform sample, and the same in whatever order and parts the pairs came: the
 * sample of two samples together is that of all their pairs. Immutable.
 */
final class PairSample {

    /** Numbers of each pair: rank, user, the baseline's scored label, the bits of the other model's score. */
    static final int NUMBERS = 4;

    static final PairSample EMPTY = new PairSample(0, new long[0]);

    private final long seen;
    private final long[] rows;

    /**
     * A sample.
     *
     * @param seen pairs that it was taken from
     * @param rows {@link #NUMBERS} of each pair, by rank; handed over
     */
    PairSample(long seen, long[] rows) {
        this.seen = seen;
        this.rows = rows;
    }

    /** The sample of some pairs. */
    static PairSample of(Pairs pairs, int most) {
        int size = pairs.size();
        long[] sorted = new long[size];
        for (int i = 0; i < size; i++) {
            sorted[i] = pairs.rank(i);
        }
        Arrays.sort(sorted);
        int kept = Math.min(most, size);
        long[] rows = new long[kept * NUMBERS];
        int[] taken = new int[kept];
        for (int i = 0; i < size; i++) {
            int first = firstAtLeast(sorted, pairs.rank(i));
            // Pairs of one rank, one in 2^64, stand one behind the other.
            int place = first < kept ? first + taken[first]++ : kept;
            if (place < kept) {
                System.arraycopy(pairs.rows(), i * Pairs.NUMBERS + 1, rows, place * NUMBERS, NUMBERS);
            }
        }
        return new PairSample(size, rows);
    }

    /** This sample and the other together, in time linear in their sizes. */
    PairSample merge(PairSample other, int most) {
        if (other.seen == 0 || seen == 0) {
            return seen == 0 ? other : this;
        }
        int size = (int) Math.min(most, (long) size() + other.size());
        long[] merged = new long[size * NUMBERS];
        int mine = 0;
        int theirs = 0;
        for (int to = 0; to < merged.length; to += NUMBERS) {
            boolean takeMine = theirs == other.rows.length || (mine < rows.length && rows[mine] <= other.rows[theirs]);
            if (takeMine) {
                System.arraycopy(rows, mine, merged, to, NUMBERS);
                mine += NUMBERS;
            } else {
                System.arraycopy(other.rows, theirs, merged, to, NUMBERS);
                theirs += NUMBERS;
            }
        }
        return new PairSample(seen + other.seen, merged);
    }

    /** Pairs that the sample was taken from. */
    long seen() {
        return seen;
    }

    /** Pairs in the sample. */
    int size() {
        return rows.length / NUMBERS;
    }

    long rank(int i) {
        return rows[i * NUMBERS];
    }

    long user(int i) {
        return rows[i * NUMBERS + 1];
    }

    /** The baseline's score with the label, see {@link io.caiman.model.evaluation.ScoredLabel}. */
    long baseline(int i) {
        return rows[i * NUMBERS + 2];
    }

    /** The other model's score. */
    double score(int i) {
        return Double.longBitsToDouble(rows[i * NUMBERS + 3]);
    }

    /** All rows one behind the other. */
    long[] rows() {
        return rows;
    }

    private static int firstAtLeast(long[] sorted, long rank) {
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] < rank) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}

package io.caiman.jobs.leaderboard;

import java.util.Arrays;

/**
 * Pairs in flat arrays, in the order of their ranks, 32 bytes each; of more than it may hold, those with the least ranks. Ranks
 * are hashes of impressions, so what is held is a uniform sample, and the same in whatever order and parts the pairs came: the
 * sample of two samples together is that of all their pairs. Immutable.
 */
final class PairSample {

    static final PairSample EMPTY = new PairSample(0, new long[0], new long[0], new long[0], new double[0]);

    private final long seen;
    private final long[] ranks;
    private final long[] users;
    private final long[] baselines;
    private final double[] scores;

    /**
     * A sample; all arrays are as long and handed over.
     *
     * @param seen pairs that it was taken from
     */
    PairSample(long seen, long[] ranks, long[] users, long[] baselines, double[] scores) {
        this.seen = seen;
        this.ranks = ranks;
        this.users = users;
        this.baselines = baselines;
        this.scores = scores;
    }

    /** This sample and the other together, in time linear in their sizes. */
    PairSample merge(PairSample other, int most) {
        if (other.seen == 0 || seen == 0) {
            return seen == 0 ? other : this;
        }
        int size = (int) Math.min(most, (long) size() + other.size());
        PairSample merged =
                new PairSample(seen + other.seen, new long[size], new long[size], new long[size], new double[size]);
        int mine = 0;
        int theirs = 0;
        for (int i = 0; i < size; i++) {
            boolean takeMine = theirs == other.size() || (mine < size() && ranks[mine] <= other.ranks[theirs]);
            if (takeMine) {
                merged.copy(i, this, mine++);
            } else {
                merged.copy(i, other, theirs++);
            }
        }
        return merged;
    }

    private void copy(int to, PairSample source, int from) {
        ranks[to] = source.ranks[from];
        users[to] = source.users[from];
        baselines[to] = source.baselines[from];
        scores[to] = source.scores[from];
    }

    /** Pairs that the sample was taken from. */
    long seen() {
        return seen;
    }

    /** Pairs in the sample. */
    int size() {
        return ranks.length;
    }

    long rank(int i) {
        return ranks[i];
    }

    long user(int i) {
        return users[i];
    }

    /** The baseline's score with the label, see {@link io.caiman.model.evaluation.ScoredLabel}. */
    long baseline(int i) {
        return baselines[i];
    }

    /** The other model's score. */
    double score(int i) {
        return scores[i];
    }

    /** Collects pairs in any order. */
    static final class Builder {

        private static final int FIRST_PAIRS = 16;

        private long[] ranks = new long[FIRST_PAIRS];
        private long[] users = new long[FIRST_PAIRS];
        private long[] baselines = new long[FIRST_PAIRS];
        private double[] scores = new double[FIRST_PAIRS];
        private int size;

        void add(Pair pair) {
            if (size == ranks.length) {
                ranks = Arrays.copyOf(ranks, 2 * size);
                users = Arrays.copyOf(users, 2 * size);
                baselines = Arrays.copyOf(baselines, 2 * size);
                scores = Arrays.copyOf(scores, 2 * size);
            }
            ranks[size] = pair.rank();
            users[size] = pair.user();
            baselines[size] = pair.baseline();
            scores[size] = pair.score();
            size++;
        }

        /** The sample of the pairs added. */
        PairSample build(int most) {
            long[] sorted = Arrays.copyOf(ranks, size);
            Arrays.sort(sorted);
            int kept = Math.min(most, size);
            PairSample sample =
                    new PairSample(size, Arrays.copyOf(sorted, kept), new long[kept], new long[kept], new double[kept]);
            int[] taken = new int[kept];
            for (int i = 0; i < size; i++) {
                int first = firstAtLeast(sorted, ranks[i]);
                // Pairs of one rank, one in 2^64, stand one behind the other.
                int place = first < kept ? first + taken[first]++ : kept;
                if (place < kept) {
                    sample.users[place] = users[i];
                    sample.baselines[place] = baselines[i];
                    sample.scores[place] = scores[i];
                }
            }
            return sample;
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
}

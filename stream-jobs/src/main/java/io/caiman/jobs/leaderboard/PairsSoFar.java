package io.caiman.jobs.leaderboard;

/**
 * Some pairs of a scope, or all so far.
 *
 * @param first earliest event time, ms since the epoch
 * @param last latest event time, ms since the epoch
 */
record PairsSoFar(PairSample sample, long first, long last) {

    static final PairsSoFar NONE = new PairsSoFar(PairSample.EMPTY, Long.MAX_VALUE, Long.MIN_VALUE);

    PairsSoFar merge(PairsSoFar other, int most) {
        return new PairsSoFar(
                sample.merge(other.sample, most), Math.min(first, other.first), Math.max(last, other.last));
    }
}

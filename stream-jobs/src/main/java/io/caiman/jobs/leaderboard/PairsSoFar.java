package io.caiman.jobs.leaderboard;

/**
 * All pairs of a scope so far.
 *
 * @param first earliest event time, ms since the epoch
 * @param last latest event time, ms since the epoch
 * @param published pairs that there were when a comparison of them was last published
 */
record PairsSoFar(PairSample sample, long first, long last, long published) {

    static final PairsSoFar NONE = new PairsSoFar(PairSample.EMPTY, Long.MAX_VALUE, Long.MIN_VALUE, 0);

    PairsSoFar plus(PairSample added, long earliest, long latest, int most) {
        return new PairsSoFar(sample.merge(added, most), Math.min(first, earliest), Math.max(last, latest), published);
    }

    boolean isPublished() {
        return published == sample.seen();
    }

    PairsSoFar asPublished() {
        return new PairsSoFar(sample, first, last, sample.seen());
    }
}

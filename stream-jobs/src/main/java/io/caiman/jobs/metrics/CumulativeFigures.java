package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;

/**
 * Everything so far.
 *
 * @param first earliest event time, ms since the epoch
 * @param last latest event time, ms since the epoch
 * @param published impressions that the last published record covered
 */
record CumulativeFigures(PaneFigures figures, GroupedAuc grouped, long first, long last, long published) {

    static final CumulativeFigures EMPTY =
            new CumulativeFigures(PaneFigures.EMPTY, GroupedAuc.NONE, Long.MAX_VALUE, Long.MIN_VALUE, 0);

    CumulativeFigures plus(Observations observations, GroupedAuc gained) {
        return new CumulativeFigures(
                figures.merge(PaneFigures.of(observations)),
                grouped.plus(gained),
                Math.min(first, observations.first()),
                Math.max(last, observations.last()),
                published);
    }

    boolean isPublished() {
        return published == figures.sums().impressions();
    }

    CumulativeFigures asPublished() {
        return new CumulativeFigures(
                figures, grouped, first, last, figures.sums().impressions());
    }
}

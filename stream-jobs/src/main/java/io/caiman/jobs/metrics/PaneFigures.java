package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.ScoreHistogram;

/** The mergeable figures of the impressions of one pane, or of several. */
record PaneFigures(ScoreHistogram histogram, QualitySums sums) {

    static final PaneFigures EMPTY = new PaneFigures(ScoreHistogram.empty(), QualitySums.NONE);

    static PaneFigures of(Observations observations) {
        long[] scoredLabels = observations.scoredLabels();
        return new PaneFigures(ScoreHistogram.ofEncoded(scoredLabels), QualitySums.ofEncoded(scoredLabels));
    }

    PaneFigures merge(PaneFigures other) {
        return new PaneFigures(histogram.merge(other.histogram), sums.plus(other.sums));
    }
}

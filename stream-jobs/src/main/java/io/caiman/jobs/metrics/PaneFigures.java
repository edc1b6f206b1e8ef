package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.ScoreHistogram;
import java.util.ArrayList;
import java.util.List;

/** The mergeable figures of the impressions of one pane, or of several. */
record PaneFigures(ScoreHistogram histogram, QualitySums sums) {

    static final PaneFigures EMPTY = new PaneFigures(ScoreHistogram.empty(), QualitySums.NONE);

    static PaneFigures merge(List<PaneFigures> parts) {
        List<ScoreHistogram> histograms = new ArrayList<>(parts.size());
        QualitySums sums = QualitySums.NONE;
        for (PaneFigures part : parts) {
            histograms.add(part.histogram);
            sums = sums.plus(part.sums);
        }
        return new PaneFigures(ScoreHistogram.merge(histograms), sums);
    }
}

package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.ScoreHistogram;
import java.util.ArrayList;
import java.util.List;

/** The mergeable figures of the impressions of one pane, or of several. */
record PaneFigures(ScoreHistogram histogram, QualitySums sums) {

    static final PaneFigures EMPTY = new PaneFigures(ScoreHistogram.empty(), QualitySums.NONE);

    static PaneFigures merge(List<PaneFigures> parts) {
        return new PaneFigures(histogram(parts), sums(parts));
    }

    /** The histogram of all parts. */
    static ScoreHistogram histogram(List<PaneFigures> parts) {
        List<ScoreHistogram> histograms = new ArrayList<>(parts.size());
        for (PaneFigures part : parts) {
            histograms.add(part.histogram);
        }
        return ScoreHistogram.merge(histograms);
    }

    /** The sums of all parts. */
    static QualitySums sums(List<PaneFigures> parts) {
        QualitySums sums = QualitySums.NONE;
        for (PaneFigures part : parts) {
            sums = sums.plus(part.sums);
        }
        return sums;
    }
}

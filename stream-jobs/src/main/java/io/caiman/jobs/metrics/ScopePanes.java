package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.ScoreHistogram;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The panes of a scope in the order of time: a few, of which mostly the latest is asked for. */
final class ScopePanes {

    private final List<Pane> panes = new ArrayList<>();

    /** Starts of panes that have gone since the last {@link #takeChanged}. */
    private final List<Long> gone = new ArrayList<>(0);

    /** What has come of a pane. Its sums are added up, the histogram where there are several parts only when it is asked for. */
    private static final class Pane {
        private final long start;
        private QualitySums sums = QualitySums.NONE;
        private ScoreHistogram histogram = ScoreHistogram.empty();
        private List<ScoreHistogram> unmerged = List.of();
        private boolean changed;

        Pane(long start) {
            this.start = start;
        }

        void add(PaneFigures part) {
            if (sums.impressions() == 0) {
                histogram = part.histogram();
            } else {
                if (unmerged.isEmpty()) {
                    unmerged = new ArrayList<>(2);
                    unmerged.add(histogram);
                }
                unmerged.add(part.histogram());
            }
            sums = sums.plus(part.sums());
        }

        ScoreHistogram histogram() {
            if (!unmerged.isEmpty()) {
                histogram = ScoreHistogram.merge(unmerged);
                unmerged = List.of();
            }
            return histogram;
        }

        PaneFigures figures() {
            return new PaneFigures(histogram(), sums);
        }
    }

    /** Takes figures of a pane in that are in the state already. */
    void restore(long start, PaneFigures figures) {
        pane(start).add(figures);
    }

    /** Takes figures of a pane in. */
    void add(long start, PaneFigures figures) {
        Pane pane = pane(start);
        pane.add(figures);
        pane.changed = true;
    }

    boolean isEmpty() {
        return panes.isEmpty();
    }

    /** The figures of a pane; none if it is not here. */
    PaneFigures get(long start) {
        Pane pane = find(start);
        return pane == null ? PaneFigures.EMPTY : pane.figures();
    }

    /** The histogram of a pane; empty if it is not here. */
    ScoreHistogram histogram(long start) {
        Pane pane = find(start);
        return pane == null ? ScoreHistogram.empty() : pane.histogram();
    }

    /** The histograms of every pane that starts in [from, to), in the order of time. */
    List<ScoreHistogram> histograms(long from, long to) {
        List<ScoreHistogram> histograms = new ArrayList<>();
        for (Pane pane : between(from, to)) {
            histograms.add(pane.histogram());
        }
        return histograms;
    }

    /** The sums of every pane that starts in [from, to). */
    QualitySums sums(long from, long to) {
        QualitySums sums = QualitySums.NONE;
        for (Pane pane : between(from, to)) {
            sums = sums.plus(pane.sums);
        }
        return sums;
    }

    /** Start of the first pane that starts then or later; {@link Long#MAX_VALUE} if there is none. */
    long startFrom(long time) {
        int place = firstFrom(time);
        return place == panes.size() ? Long.MAX_VALUE : panes.get(place).start;
    }

    /** Drops the panes that start before this, and hands on what was in them. */
    List<PaneFigures> dropBefore(long time) {
        int end = firstFrom(time);
        if (end == 0) {
            return List.of();
        }
        List<PaneFigures> dropped = new ArrayList<>(end);
        List<Pane> past = panes.subList(0, end);
        for (Pane pane : past) {
            dropped.add(pane.figures());
            gone.add(pane.start);
        }
        past.clear();
        return dropped;
    }

    /** Starts of the panes that have changed or gone since this was last asked. */
    List<Long> takeChanged() {
        List<Long> taken = new ArrayList<>(gone);
        gone.clear();
        for (Pane pane : panes) {
            if (pane.changed) {
                pane.changed = false;
                taken.add(pane.start);
            }
        }
        return taken;
    }

    private Pane pane(long start) {
        int place = firstFrom(start);
        if (place == panes.size() || panes.get(place).start != start) {
            panes.add(place, new Pane(start));
        }
        return panes.get(place);
    }

    private @Nullable Pane find(long start) {
        int place = firstFrom(start);
        return place < panes.size() && panes.get(place).start == start ? panes.get(place) : null;
    }

    private List<Pane> between(long from, long to) {
        return panes.subList(firstFrom(from), firstFrom(to));
    }

    /** The place of the first pane that starts then or later; there are few, and the latest are asked for most. */
    private int firstFrom(long time) {
        int place = panes.size();
        while (place > 0 && panes.get(place - 1).start >= time) {
            place--;
        }
        return place;
    }
}

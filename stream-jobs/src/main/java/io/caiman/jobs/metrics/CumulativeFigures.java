package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;
import java.util.ArrayList;
import java.util.List;

/** Everything so far of a scope. */
final class CumulativeFigures {

    private PaneFigures figures;
    private GroupedAuc grouped;
    private long first;
    private long last;
    private boolean published;
    private final List<PaneFigures> unmerged = new ArrayList<>();

    CumulativeFigures() {
        this(PaneFigures.EMPTY, GroupedAuc.NONE, Long.MAX_VALUE, Long.MIN_VALUE, true);
    }

    /**
     * Restores figures.
     *
     * @param first earliest event time, ms
     * @param last latest event time, ms
     * @param published whether nothing has come since they were published
     */
    CumulativeFigures(PaneFigures figures, GroupedAuc grouped, long first, long last, boolean published) {
        this.figures = figures;
        this.grouped = grouped;
        this.first = first;
        this.last = last;
        this.published = published;
    }

    void add(Partial partial) {
        for (Partial.PaneGain pane : partial.panes()) {
            unmerged.add(pane.figures());
            published = false;
        }
        grouped = grouped.plus(partial.gained());
        first = Math.min(first, partial.first());
        last = Math.max(last, partial.last());
    }

    boolean isPublished() {
        return published;
    }

    void setPublished() {
        published = true;
    }

    PaneFigures figures() {
        if (!unmerged.isEmpty()) {
            // What came is small beside what is there: first together.
            figures = PaneFigures.merge(List.of(figures, PaneFigures.merge(unmerged)));
            unmerged.clear();
        }
        return figures;
    }

    GroupedAuc grouped() {
        return grouped;
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }
}

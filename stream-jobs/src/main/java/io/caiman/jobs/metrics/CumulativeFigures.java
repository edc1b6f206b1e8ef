package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything so far of a scope. A checkpoint holds only what no pane holds any longer, so that it does not grow with all that
 * came before; what the panes hold is added when they are restored.
 */
final class CumulativeFigures {

    private PaneFigures figures;
    private PaneFigures past;
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
     * @param past of what no pane holds
     * @param first earliest event time, ms
     * @param last latest event time, ms
     * @param published whether nothing has come since they were published
     */
    CumulativeFigures(PaneFigures past, GroupedAuc grouped, long first, long last, boolean published) {
        this.figures = past;
        this.past = past;
        this.grouped = grouped;
        this.first = first;
        this.last = last;
        this.published = published;
    }

    /** What a checkpoint holds of these. */
    CumulativeFigures copy() {
        return new CumulativeFigures(past, grouped, first, last, published);
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

    /** Adds a pane, or a late part of one, that was restored beside these figures. */
    void restore(PaneFigures pane) {
        unmerged.add(pane);
    }

    /** Takes note of figures, which were added, that no pane holds any longer. */
    void addPast(List<PaneFigures> gone) {
        if (!gone.isEmpty()) {
            past = PaneFigures.merge(List.of(past, PaneFigures.merge(gone)));
        }
    }

    /** The figures of what no pane holds. */
    PaneFigures past() {
        return past;
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

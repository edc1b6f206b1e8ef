package io.caiman.jobs.metrics;

import java.util.ArrayList;
import java.util.List;

/** The panes of a scope in the order of time: a few, of which mostly the latest is asked for. */
final class ScopePanes {

    private final List<Pane> panes = new ArrayList<>();

    /** Starts of panes that have gone since the last {@link #takeChanged}. */
    private final List<Long> gone = new ArrayList<>(0);

    /** What has come of a pane, not yet added up where there are several parts. */
    private static final class Pane {
        private final long start;
        private final List<PaneFigures> parts = new ArrayList<>(2);
        private boolean changed;

        Pane(long start) {
            this.start = start;
        }

        PaneFigures whole() {
            if (parts.size() > 1) {
                PaneFigures whole = PaneFigures.merge(parts);
                parts.clear();
                parts.add(whole);
            }
            return parts.get(0);
        }
    }

    /** Takes figures of a pane in that are in the state already. */
    void restore(long start, PaneFigures figures) {
        pane(start).parts.add(figures);
    }

    /** Takes figures of a pane in. */
    void add(long start, PaneFigures figures) {
        Pane pane = pane(start);
        pane.parts.add(figures);
        pane.changed = true;
    }

    boolean isEmpty() {
        return panes.isEmpty();
    }

    /** The figures of a pane; none if it is not here. */
    PaneFigures get(long start) {
        int place = firstFrom(start);
        return place < panes.size() && panes.get(place).start == start
                ? panes.get(place).whole()
                : PaneFigures.EMPTY;
    }

    /** The figures of every pane that starts in [from, to), in the order of time. */
    List<PaneFigures> between(long from, long to) {
        int first = firstFrom(from);
        int end = firstFrom(to);
        List<PaneFigures> figures = new ArrayList<>(end - first);
        for (int place = first; place < end; place++) {
            figures.add(panes.get(place).whole());
        }
        return figures;
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
        List<PaneFigures> dropped = between(Long.MIN_VALUE, time);
        for (Pane pane : panes.subList(0, end)) {
            gone.add(pane.start);
        }
        panes.subList(0, end).clear();
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

    /** The place of the first pane that starts then or later; there are few, and the latest are asked for most. */
    private int firstFrom(long time) {
        int place = panes.size();
        while (place > 0 && panes.get(place - 1).start >= time) {
            place--;
        }
        return place;
    }
}

package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.Scope;
import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.ScoreHistogram;
import io.caiman.schemas.avro.DomainMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The figures of one scope: its panes, the shares of its windows, everything so far. Knows nothing of Flink. */
final class ScopeFigures {

    private static final long NO_END = Long.MIN_VALUE;

    private final Scope scope;
    private final Panes panes;
    private final List<Integer> lastCounts;
    private final List<WindowShares> shares;
    private final CumulativeFigures cumulative;
    private final LastImpressions last;

    /** Whether there may be impressions of before the last closed end that count windows lack. */
    private boolean lateForLast;

    private long closed;

    private final ScopePanes byPane = new ScopePanes();

    /** Impressions that came too late for windows that may still change: not to be seen by the windows before theirs. */
    private final List<Partial.PaneGain> late;

    /** [window], ends of closed windows that late impressions changed. */
    private final List<TreeSet<Long>> changedEnds = new ArrayList<>();

    /** [window], the histogram of the window published last, and that window's end: the next one differs by two panes. */
    private final ScoreHistogram[] latest;

    private final long[] latestEnds;

    private boolean changed;

    ScopeFigures(Scope scope, Panes panes, List<Integer> lastCounts, Stored restored) {
        Stored stored = restored.copy();
        this.scope = scope;
        this.panes = panes;
        this.lastCounts = lastCounts;
        this.closed = stored.closed();
        this.shares = stored.shares();
        this.cumulative = stored.cumulative();
        this.late = new ArrayList<>(stored.late());
        late.forEach(gain -> cumulative.restore(gain.figures()));
        this.last = new LastImpressions(
                lastCounts.stream().mapToInt(count -> count).max().orElse(0), stored.last());
        this.lateForLast = stored.last().size() > 0;
        for (List<Long> ends : stored.changedEnds()) {
            changedEnds.add(new TreeSet<>(ends));
        }
        this.latest = new ScoreHistogram[shares.size()];
        this.latestEnds = new long[shares.size()];
        forgetLatest();
    }

    /**
     * What a checkpoint holds of a scope beside its panes.
     *
     * @param panes how event time was cut
     * @param closed the last closed end
     * @param shares [window]
     * @param changedEnds [window], ends of closed windows that are to be published again
     */
    record Stored(
            Panes panes,
            long closed,
            List<WindowShares> shares,
            List<List<Long>> changedEnds,
            List<Partial.PaneGain> late,
            CumulativeFigures cumulative,
            Impressions last) {

        /** A scope about which nothing is known when {@code closed} is the last closed end. */
        static Stored nothing(Panes panes, long closed) {
            List<WindowShares> shares = new ArrayList<>();
            List<List<Long>> changed = new ArrayList<>();
            for (int window = 0; window < panes.windows().size(); window++) {
                shares.add(new WindowShares());
                changed.add(List.of());
            }
            return new Stored(panes, closed, shares, changed, List.of(), new CumulativeFigures(), new Impressions());
        }

        /** The same, for ever: state on the heap is what was put there, and written while figures go on. */
        private Stored copy() {
            return new Stored(
                    panes,
                    closed,
                    shares.stream().map(WindowShares::copy).toList(),
                    changedEnds,
                    List.copyOf(late),
                    cumulative.copy(),
                    last.copy());
        }
    }

    /** What a checkpoint is to hold now; does not change any more. */
    Stored toStored() {
        return new Stored(
                        panes,
                        closed,
                        shares,
                        changedEnds.stream().map(ends -> List.copyOf(ends)).toList(),
                        late,
                        cumulative,
                        last.kept())
                .copy();
    }

    Scope scope() {
        return scope;
    }

    void restorePane(long pane, PaneFigures figures) {
        byPane.restore(pane, figures);
        cumulative.restore(figures);
    }

    /** Whether anything that {@link #toStored} or a pane holds has changed since this was last asked. */
    boolean takeChanged() {
        boolean taken = changed;
        changed = false;
        return taken;
    }

    /** The panes. */
    ScopePanes panes() {
        return byPane;
    }

    void add(Partial partial) {
        changed = true;
        cumulative.add(partial);
        for (Partial.PaneGain gain : partial.panes()) {
            if (gain.openFrom() == gain.pane() + panes.length()) {
                addToPane(gain);
            } else if (gain.openFrom() <= gain.pane() + panes.longest()) {
                late.add(gain);
            } else {
                cumulative.addPast(List.of(gain.figures()));
            }
            for (int window = 0; window < shares.size(); window++) {
                long lastEnd = Math.min(closed, gain.pane() + panes.windows().get(window));
                for (long end = gain.openFrom(); end <= lastEnd; end += panes.length()) {
                    changedEnds.get(window).add(end);
                }
            }
        }
        for (Partial.ShareGain gain : partial.shares()) {
            shares.get(gain.window()).add(gain.end(), gain.gained());
        }
        last.addAll(partial.impressions());
        lateForLast |= partial.first() < closed;
    }

    /** Publishes every window up to this end, and those before that have changed. */
    void close(long end, Consumer<DomainMetrics> out) {
        publishChanged(out);
        for (long next = nextEnd(); next <= end; next = nextEnd()) {
            closed = next;
            for (int window = 0; window < shares.size(); window++) {
                publish(window, next, out);
            }
            publishLast(next, out);
        }
        closed = Math.max(closed, end);
        forget();
    }

    /** Publishes the closed windows, and the count windows, that late impressions have changed. */
    void publishChanged(Consumer<DomainMetrics> out) {
        for (int window = 0; window < shares.size(); window++) {
            TreeSet<Long> ends = changedEnds.get(window);
            if (!ends.isEmpty()) {
                for (long end : ends) {
                    publish(window, end, out);
                }
                ends.clear();
            }
        }
        if (lateForLast) {
            publishLast(closed, out);
        }
    }

    /** Whether nothing has come since the cumulative figures were published. */
    boolean cumulativePublished() {
        return cumulative.isPublished();
    }

    /** Publishes the cumulative figures if something has come. */
    void publishCumulative(Consumer<DomainMetrics> out) {
        if (!cumulative.isPublished()) {
            changed = true;
            out.accept(Records.cumulative(scope, cumulative));
            cumulative.setPublished();
        }
    }

    private void publish(int window, long end, Consumer<DomainMetrics> out) {
        long start = end - panes.windows().get(window);
        List<PaneFigures> lateParts = lateBetween(start, end);
        QualitySums sums = byPane.sums(start, end);
        for (PaneFigures part : lateParts) {
            sums = sums.plus(part.sums());
        }
        if (sums.impressions() > 0) {
            PaneFigures figures = new PaneFigures(histogram(window, start, end, lateParts), sums);
            changed = true;
            WindowShares own = shares.get(window);
            out.accept(Records.rolling(scope, start, end, own.nextRevision(end), figures, own.upTo(end)));
        }
    }

    /** The late impressions that a window counts. */
    private List<PaneFigures> lateBetween(long start, long end) {
        return late.stream()
                .filter(gain -> gain.pane() >= start && gain.pane() < end && gain.openFrom() <= end)
                .map(Partial.PaneGain::figures)
                .toList();
    }

    /** The histogram of a window: where that is possible, from the one of the window before, else from all its parts. */
    private ScoreHistogram histogram(int window, long start, long end, List<PaneFigures> lateParts) {
        Optional<ScoreHistogram> next = Optional.empty();
        if (late.isEmpty() && latestEnds[window] == end - panes.length()) {
            next = latest[window]
                    .without(byPane.histogram(start - panes.length()))
                    .map(rest -> rest.merge(byPane.histogram(end - panes.length())));
        }
        ScoreHistogram histogram = next.orElseGet(() -> {
            List<ScoreHistogram> parts = byPane.histograms(start, end);
            lateParts.forEach(part -> parts.add(part.histogram()));
            return ScoreHistogram.merge(parts);
        });
        latest[window] = histogram;
        latestEnds[window] = late.isEmpty() ? end : NO_END;
        return histogram;
    }

    private void forgetLatest() {
        Arrays.fill(latest, ScoreHistogram.empty());
        Arrays.fill(latestEnds, NO_END);
    }

    private void publishLast(long end, Consumer<DomainMetrics> out) {
        lateForLast = false;
        if (!lastCounts.isEmpty() && last.countBefore(end)) {
            changed = true;
            for (int count : lastCounts) {
                out.accept(Records.last(scope, count, last.window(count)));
            }
        }
    }

    /** The next end of a window with impressions. */
    private long nextEnd() {
        long next = closed + panes.length();
        long pane = byPane.startFrom(next - panes.longest());
        long end = pane == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(next, pane + panes.length());
        for (Partial.PaneGain gain : late) {
            if (gain.pane() >= next - panes.longest()) {
                end = Math.min(end, Math.max(next, gain.openFrom()));
            }
        }
        return end;
    }

    /** Forgets what no window needs that may still change or is still to come. */
    private void forget() {
        long firstOpen = Math.min(panes.firstOpen(closed), closed + panes.length());
        late.removeIf(gain -> {
            boolean visibleToAll = gain.openFrom() <= firstOpen;
            if (visibleToAll) {
                addToPane(gain);
            }
            return visibleToAll;
        });
        // Of the pane before the next window that window's histogram still needs to know.
        List<PaneFigures> past = byPane.dropBefore(firstOpen - panes.longest() - panes.length());
        changed |= !past.isEmpty();
        cumulative.addPast(past);
        if (byPane.isEmpty()) {
            forgetLatest();
        }
        shares.forEach(own -> own.forgetBefore(firstOpen));
    }

    private void addToPane(Partial.PaneGain gain) {
        byPane.add(gain.pane(), gain.figures());
        changed = true;
        for (int window = 0; window < latestEnds.length; window++) {
            if (gain.pane() < latestEnds[window]) {
                latestEnds[window] = NO_END;
            }
        }
    }
}

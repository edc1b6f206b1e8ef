package io.caiman.jobs.metrics;

import io.caiman.jobs.options.MetricsOptions;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * How event time is cut: panes of one length, aligned to the epoch, and at every pane's end T, for each length of window, the
 * window [T - window, T). An end T is closed once the watermark is at T - 1 or later.
 *
 * @param length of a pane, ms
 * @param windows lengths of the windows, ms, each a whole number of panes
 * @param lateness how long a closed window is still corrected, ms, a whole number of panes
 * @param history how long scores count in cumulative gAUC, ms; {@link #FOR_EVER} without limit
 */
record Panes(long length, List<Long> windows, long lateness, long history) implements Serializable {

    static final long FOR_EVER = 1L << 61;

    /** Beyond any event time, and far enough from overflow. */
    private static final long FARTHEST = 1L << 60;

    Panes {
        windows = List.copyOf(windows);
    }

    static Panes of(MetricsOptions options) {
        long length = options.pane().toMillis();
        return new Panes(
                length,
                options.windows().stream().map(Duration::toMillis).toList(),
                -Math.floorDiv(-options.lateness().toMillis(), length) * length, // rounded up
                options.history().map(Duration::toMillis).orElse(FOR_EVER));
    }

    /** Start of the pane that an event time lies in. */
    long start(long eventTime) {
        return Math.floorDiv(eventTime, length) * length;
    }

    /** Number of the pane that starts then, counted from the epoch. */
    long number(long pane) {
        return Math.floorDiv(pane, length);
    }

    /** Number of the first pane that starts then or later. */
    long firstNumberFrom(long time) {
        return -Math.floorDiv(-time, length);
    }

    /** The last end that a watermark closes. */
    long closedBy(long watermark) {
        return start(Math.max(-FARTHEST, Math.min(FARTHEST, watermark)) + 1);
    }

    /** What is closed before any watermark. */
    long nothingClosed() {
        return closedBy(Long.MIN_VALUE);
    }

    /** The first end that may still change when {@code closed} is the last closed one. */
    long firstOpen(long closed) {
        return closed - lateness + length;
    }

    /** The first end of a window that counts an impression of a pane which comes when {@code closed} is the last closed one. */
    long openFrom(long pane, long closed) {
        return Math.max(pane + length, firstOpen(closed));
    }

    /** Whether an impression of a pane came after a window over it was closed. */
    boolean isLate(long pane, long closed) {
        return pane + length <= closed;
    }

    long longest() {
        return Collections.max(windows);
    }

    /** Whether some window that may still change, or is still to come, is over a pane or has just lost it. */
    boolean inSomeWindow(long pane, long closed) {
        return pane + longest() + length >= firstOpen(closed);
    }

    /** Whether the scores of a pane are still needed, for a window or for cumulative gAUC. */
    boolean keeps(long pane, long closed) {
        return pane >= closed - history;
    }
}

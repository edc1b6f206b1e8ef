package io.caiman.jobs.metrics;

import io.caiman.jobs.options.MetricsOptions;
import java.io.Serializable;

/**
 * How event time is cut: panes of one length, aligned to the epoch, and at every pane's end T a window [T - window, T). The
 * timer of a window that ends at T stands at T - 1, the latest event time in it.
 *
 * @param length of a pane, ms
 * @param window length of a window, ms, a whole number of panes
 */
record Panes(long length, long window) implements Serializable {

    static Panes of(MetricsOptions options) {
        return new Panes(options.pane().toMillis(), options.window().toMillis());
    }

    /** Start of the pane that an event time lies in. */
    long start(long eventTime) {
        return Math.floorDiv(eventTime, length) * length;
    }

    /** End of the first window whose timer a watermark has not let fire. */
    long nextEnd(long watermark) {
        return watermark >= Long.MAX_VALUE - length ? Long.MAX_VALUE : start(watermark + 1) + length;
    }

    /**
     * End of the first window that counts an event which came when {@code nextEnd} was the next window's end. For an event
     * that came after windows over its pane it is later than the end of that pane; once it is past {@link #lastEnd}, no
     * window counts the event.
     */
    long firstEnd(long eventTime, long nextEnd) {
        return Math.max(start(eventTime) + length, nextEnd);
    }

    /** End of the last window over the pane with this start. */
    long lastEnd(long paneStart) {
        return paneStart + window;
    }

    /** Whether the window that ends at {@code end} is over the pane with this start. */
    boolean covers(long end, long paneStart) {
        return paneStart < end && end <= lastEnd(paneStart);
    }

    static long timer(long end) {
        return end - 1;
    }

    static long endOfTimer(long timer) {
        return timer + 1;
    }
}

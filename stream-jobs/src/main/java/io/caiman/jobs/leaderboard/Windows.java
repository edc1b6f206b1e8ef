package io.caiman.jobs.leaderboard;

import io.caiman.jobs.options.LeaderboardOptions;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * How event time is cut: panes as long as a step, aligned to the epoch, and at every pane's end T a window [T - length, T) of
 * each length. The timer of what ends at T stands at T - 1, the latest event time in it.
 *
 * @param step length of a pane, ms
 * @param lengths of windows, ms, ascending, each a whole number of steps
 * @param patience ms for which a window may still be revised after its end, a whole number of steps
 */
record Windows(long step, List<Long> lengths, long patience) implements Serializable {

    Windows {
        lengths = List.copyOf(lengths);
    }

    static Windows of(LeaderboardOptions options) {
        long step = options.step().toMillis();
        long patience = options.patience().toMillis();
        return new Windows(
                step,
                options.windows().stream()
                        .map(Duration::toMillis)
                        .sorted()
                        .distinct()
                        .toList(),
                -Math.floorDiv(-patience, step) * step);
    }

    private long longest() {
        return lengths.get(lengths.size() - 1);
    }

    /** Start of the pane that an event time lies in. */
    long start(long eventTime) {
        return Math.floorDiv(eventTime, step) * step;
    }

    /** The first end of a pane whose timer a watermark has not let fire. */
    long nextEnd(long watermark) {
        return watermark >= Long.MAX_VALUE - step ? Long.MAX_VALUE : start(watermark + 1) + step;
    }

    /** The latest end of a pane whose timer a watermark has let fire; the least number where there is none. */
    long lastEnd(long watermark) {
        return watermark < Long.MIN_VALUE + step
                ? Long.MIN_VALUE
                : start(watermark == Long.MAX_VALUE ? watermark : watermark + 1);
    }

    /** Windows of every length that end here. */
    SortedSet<Window> endingAt(long end) {
        return lengths.stream().map(length -> new Window(end, length)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Windows over the pane with this start that end at {@code last} or before. */
    SortedSet<Window> over(long paneStart, long last) {
        SortedSet<Window> windows = new TreeSet<>();
        for (long length : lengths) {
            for (long end = paneStart + step; end <= Math.min(last, paneStart + length); end += step) {
                windows.add(new Window(end, length));
            }
        }
        return windows;
    }

    /** Starts of the panes of the longest window that ends here. */
    LongStream panesBefore(long end) {
        return LongStream.iterate(end - longest(), start -> start < end, start -> start + step);
    }

    /** Whether a window that ends at {@code end} or later is over the pane with this start. */
    boolean reaches(long paneStart, long end) {
        return end <= paneStart + longest();
    }

    /** The pane that expires when panes up to {@code end} are over. */
    long expiredPane(long end) {
        return end - longest() - patience;
    }

    /** When no window over the pane will be published any more, not even revised. */
    long paneExpiry(long paneStart) {
        return paneStart + longest() + patience;
    }

    /** When the window will not be revised any more. */
    long windowExpiry(Window window) {
        return window.end() + patience;
    }

    /** The latest end of the windows that will not be revised any more once panes up to {@code end} are over. */
    long settled(long end) {
        return end - patience;
    }

    static long timer(long end) {
        return end - 1;
    }

    static long endOfTimer(long timer) {
        return timer + 1;
    }
}

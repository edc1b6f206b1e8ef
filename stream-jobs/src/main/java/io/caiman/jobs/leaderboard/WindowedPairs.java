package io.caiman.jobs.leaderboard;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.streaming.api.TimerService;

/**
 * The pairs of the current key by panes of event time, and what was published of windows over them, in keyed state. Panes and
 * windows are dropped when no pair can change them any more.
 */
final class WindowedPairs {

    /**
     * A window with pairs that were not published with it before.
     *
     * @param revision 0 the first time
     */
    record Due(Window window, int revision, PairSample pairs) {}

    private final Windows windows;
    private final int most;
    private final MapState<Long, PairSample> panes;
    /** Starts of panes that gained pairs after windows over them were published. */
    private final ListState<Long> latePanes;

    private final MapState<Window, Publication> publications;
    /** The latest end of a pane that the watermark was found beyond. A restored job's watermark begins before it. */
    private final ValueState<Long> passed;

    WindowedPairs(RuntimeContext runtime, Windows windows, int most) {
        this.windows = windows;
        this.most = most;
        panes = runtime.getMapState(
                new MapStateDescriptor<>("panes", LongSerializer.INSTANCE, PairSampleSerializer.INSTANCE));
        latePanes = runtime.getListState(new ListStateDescriptor<>("late-panes", LongSerializer.INSTANCE));
        publications = runtime.getMapState(
                new MapStateDescriptor<>("publications", WindowSerializer.INSTANCE, PublicationSerializer.INSTANCE));
        passed = runtime.getState(new ValueStateDescriptor<>("passed", LongSerializer.INSTANCE));
    }

    /**
     * Adds pairs to a pane, unless all windows over it are settled.
     *
     * @param over the latest end of the windows that were published before
     */
    void add(long start, PairSample pairs, long over, TimerService timers) throws Exception {
        if (!windows.reaches(start, settledEnd() + 1)) {
            return;
        }
        PairSample earlier = panes.get(start);
        if (earlier == null) {
            timers.registerEventTimeTimer(Windows.timer(windows.paneExpiry(start)));
        }
        panes.put(start, earlier == null ? pairs : earlier.merge(pairs, most));
        if (start + windows.step() <= over) {
            latePanes.add(start);
        }
    }

    /** The windows up to {@code over} that gained pairs after their ends; each is told once. */
    SortedSet<Window> takeLate(long over) throws Exception {
        SortedSet<Window> late = new TreeSet<>();
        for (long start : latePanes.get()) {
            late.addAll(windows.over(start, over));
        }
        latePanes.clear();
        return late;
    }

    /** A window to be published, which is noted as done; empty if it is settled or has not gained pairs. */
    Optional<Due> take(Window window, Reading reading, TimerService timers) throws Exception {
        if (window.end() <= settledEnd()) {
            return Optional.empty();
        }
        PairSample pairs = PairSample.EMPTY;
        for (long start = window.start(); start < window.end(); start += windows.step()) {
            pairs = pairs.merge(reading.pane(start), most);
        }
        Publication before = publications.get(window);
        if (pairs.seen() == (before == null ? 0 : before.pairs())) {
            return Optional.empty();
        }
        if (before == null) {
            timers.registerEventTimeTimer(Windows.timer(windows.windowExpiry(window)));
        }
        int revision = before == null ? 0 : before.revision() + 1;
        publications.put(window, new Publication(revision, pairs.seen()));
        return Optional.of(new Due(window, revision, pairs));
    }

    /** Whether there is a window to publish one step after {@code end}. */
    boolean goesOnAfter(long end, Reading reading) throws Exception {
        for (long start : windows.panesBefore(end).toArray()) {
            if (windows.reaches(start, end + windows.step())
                    && reading.pane(start).seen() > 0) {
                return true;
            }
        }
        return false;
    }

    /** Drops what no window needs once panes up to {@code end} are over. */
    void expire(long end) throws Exception {
        panes.remove(windows.expiredPane(end));
        for (Window window : windows.endingAt(windows.settled(end))) {
            publications.remove(window);
        }
        pass(end);
        // An emptied map would stay in the heap state backend.
        if (panes.isEmpty()) {
            panes.clear();
        }
        if (publications.isEmpty()) {
            publications.clear();
        }
    }

    /** Takes note that the watermark is beyond this end of a pane. */
    void pass(long end) throws Exception {
        if (end > passedEnd()) {
            passed.update(end);
        }
    }

    /** The latest end of a pane known to be passed; the least number where there is none. */
    long passedEnd() throws Exception {
        Long end = passed.value();
        return end == null ? Long.MIN_VALUE : end;
    }

    /** The latest end of the windows that will not be revised any more; the least number where there is none. */
    private long settledEnd() throws Exception {
        long end = passedEnd();
        return end == Long.MIN_VALUE ? end : windows.settled(end);
    }

    /** Panes as they are at one moment, each read once. */
    final class Reading {

        private final Map<Long, PairSample> read = new HashMap<>();

        /** A pane's pairs, none where there is no pane. */
        private PairSample pane(long start) throws Exception {
            PairSample known = read.get(start);
            if (known == null) {
                PairSample stored = panes.get(start);
                known = stored == null ? PairSample.EMPTY : stored;
                read.put(start, known);
            }
            return known;
        }
    }
}

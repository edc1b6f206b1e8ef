package io.caiman.jobs.leaderboard;

import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.schemas.avro.ModelComparison;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Compares one model with the baseline on one domain, or on all.
 *
 * <p>Pairs are only appended to a list. At the next refresh of processing time, or the next end of a pane of event time, the
 * list is merged into its panes and into the sample of all pairs, each of a bounded size. A window is published at its end;
 * one that gained pairs after its end is published again as a revision, at the next end of a pane or after the revision
 * interval. A cumulative comparison goes out at a refresh if it has gained pairs.
 */
final class ComparisonStage extends KeyedProcessFunction<Scope, ScopedPair, ModelComparison> {

    private final Windows windows;
    private final Comparisons comparisons;
    private final int mostPairs;
    private final long refresh;
    private final long revision;

    @SuppressWarnings("NullAway.Init") // this and the following are set in open
    private transient ListState<Pair> pending;

    private transient MapState<Long, PairSample> panes;
    /** Starts of panes that gained pairs after windows over them were published. */
    private transient ListState<Long> latePanes;

    private transient MapState<Window, Publication> publications;
    /** The latest end of the windows that will not be revised any more. A restored job's watermark begins before it. */
    private transient ValueState<Long> settled;

    private transient ValueState<PairsSoFar> all;

    ComparisonStage(LeaderboardOptions options) {
        this.windows = Windows.of(options);
        this.comparisons = new Comparisons(options.baseline(), options.least());
        this.mostPairs = options.mostPairs();
        this.refresh = options.refresh().toMillis();
        this.revision = options.revision().toMillis();
    }

    @Override
    public void open(OpenContext context) {
        var runtime = getRuntimeContext();
        pending = runtime.getListState(new ListStateDescriptor<>("pending", PairSerializer.INSTANCE));
        panes = runtime.getMapState(
                new MapStateDescriptor<>("panes", LongSerializer.INSTANCE, PairSampleSerializer.INSTANCE));
        latePanes = runtime.getListState(new ListStateDescriptor<>("late-panes", LongSerializer.INSTANCE));
        publications = runtime.getMapState(
                new MapStateDescriptor<>("publications", WindowSerializer.INSTANCE, PublicationSerializer.INSTANCE));
        settled = runtime.getState(new ValueStateDescriptor<>("settled", LongSerializer.INSTANCE));
        all = runtime.getState(new ValueStateDescriptor<>("all", PairsSoFarSerializer.INSTANCE));
    }

    @Override
    public void processElement(ScopedPair scoped, Context context, Collector<ModelComparison> out) throws Exception {
        Pair pair = scoped.pair();
        pending.add(pair);
        TimerService timers = context.timerService();
        long paneEnd = windows.start(pair.eventTime()) + windows.step();
        long nextEnd = windows.nextEnd(timers.currentWatermark());
        // Also for a late pair, so that the end of a bounded stream finds nothing pending.
        timers.registerEventTimeTimer(Windows.timer(Math.max(paneEnd, nextEnd)));
        long now = timers.currentProcessingTime();
        timers.registerProcessingTimeTimer(next(now, refresh));
        if (paneEnd < nextEnd) {
            timers.registerProcessingTimeTimer(next(now, revision));
        }
    }

    /** The next multiple, so that asking for it twice asks for one timer. */
    private static long next(long now, long interval) {
        return Math.floorDiv(now, interval) * interval + interval;
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<ModelComparison> out) throws Exception {
        TimerService timers = context.timerService();
        Scope scope = context.getCurrentKey();
        if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
            long over = windows.lastEnd(timers.currentWatermark());
            PairsSoFar soFar = merge(over, timers);
            if (timestamp % revision == 0) {
                publish(scope, late(over), timers, new TreeMap<>(), out);
            }
            if (timestamp % refresh == 0) {
                publish(scope, soFar, out);
            }
            return;
        }
        long end = Windows.endOfTimer(timestamp);
        PairsSoFar soFar = merge(end - windows.step(), timers);
        SortedSet<Window> due = late(end - windows.step());
        due.addAll(windows.endingAt(end));
        Map<Long, PairSample> read = new TreeMap<>();
        publish(scope, due, timers, read, out);
        if (windows.panesBefore(end)
                .anyMatch(start -> windows.reaches(start, end + windows.step())
                        && pane(start, read).seen() > 0)) {
            timers.registerEventTimeTimer(Windows.timer(end + windows.step()));
        }
        expire(end);
        // Refreshes end with a bounded stream; its last watermark stands in for them.
        if (timers.currentWatermark() == Long.MAX_VALUE) {
            publish(scope, soFar, out);
        }
    }

    /**
     * Merges what is pending.
     *
     * @param over the latest end of the windows that were published before
     */
    private PairsSoFar merge(long over, TimerService timers) throws Exception {
        Map<Long, PairSample.Builder> byPane = new TreeMap<>();
        PairSample.Builder current = new PairSample.Builder();
        long currentStart = Long.MIN_VALUE;
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Pair pair : pending.get()) {
            long start = windows.start(pair.eventTime());
            if (start != currentStart) {
                current = byPane.computeIfAbsent(start, any -> new PairSample.Builder());
                currentStart = start;
            }
            current.add(pair);
            first = Math.min(first, pair.eventTime());
            last = Math.max(last, pair.eventTime());
        }
        PairsSoFar soFar = all.value() == null ? PairsSoFar.NONE : all.value();
        if (byPane.isEmpty()) {
            return soFar;
        }
        pending.clear();
        PairSample added = PairSample.EMPTY;
        for (Map.Entry<Long, PairSample.Builder> pane : byPane.entrySet()) {
            PairSample sample = pane.getValue().build(mostPairs);
            addToPane(pane.getKey(), sample, over, timers);
            added = added.merge(sample, mostPairs);
        }
        PairsSoFar more = soFar.plus(added, first, last, mostPairs);
        all.update(more);
        return more;
    }

    private void addToPane(long start, PairSample sample, long over, TimerService timers) throws Exception {
        if (!windows.reaches(start, settledEnd() + 1)) {
            return;
        }
        PairSample earlier = panes.get(start);
        if (earlier == null) {
            timers.registerEventTimeTimer(Windows.timer(windows.paneExpiry(start)));
        }
        panes.put(start, earlier == null ? sample : earlier.merge(sample, mostPairs));
        if (start + windows.step() <= over) {
            latePanes.add(start);
        }
    }

    private long settledEnd() throws Exception {
        Long end = settled.value();
        return end == null ? Long.MIN_VALUE : end;
    }

    /** The windows that gained pairs after their ends, up to {@code over}. */
    private SortedSet<Window> late(long over) throws Exception {
        SortedSet<Window> late = new TreeSet<>();
        for (long start : latePanes.get()) {
            late.addAll(windows.over(start, over));
        }
        latePanes.clear();
        return late;
    }

    /** Publishes those of some windows that have pairs which were not published with them. */
    private void publish(
            Scope scope,
            SortedSet<Window> due,
            TimerService timers,
            Map<Long, PairSample> read,
            Collector<ModelComparison> out)
            throws Exception {
        long settledEnd = settledEnd();
        for (Window window : due) {
            if (window.end() <= settledEnd) {
                continue;
            }
            PairSample pairs = PairSample.EMPTY;
            for (long start = window.start(); start < window.end(); start += windows.step()) {
                pairs = pairs.merge(pane(start, read), mostPairs);
            }
            Publication before = publications.get(window);
            if (pairs.seen() == (before == null ? 0 : before.pairs())) {
                continue;
            }
            if (before == null) {
                timers.registerEventTimeTimer(Windows.timer(windows.windowExpiry(window)));
            }
            int number = before == null ? 0 : before.revision() + 1;
            publications.put(window, new Publication(number, pairs.seen()));
            out.collect(comparisons.rolling(scope, window, number, pairs));
        }
    }

    /** A pane's pairs, none where there is no pane; read once. */
    private PairSample pane(long start, Map<Long, PairSample> read) {
        return read.computeIfAbsent(start, this::pane);
    }

    private PairSample pane(long start) {
        try {
            PairSample pane = panes.get(start);
            return pane == null ? PairSample.EMPTY : pane;
        } catch (Exception e) {
            throw new IllegalStateException("the pane at %d cannot be read".formatted(start), e);
        }
    }

    private void publish(Scope scope, PairsSoFar soFar, Collector<ModelComparison> out) throws Exception {
        if (!soFar.isPublished()) {
            out.collect(comparisons.cumulative(scope, soFar));
            all.update(soFar.asPublished());
        }
    }

    /** Drops what no window needs once panes up to {@code end} are over. */
    private void expire(long end) throws Exception {
        panes.remove(windows.expiredPane(end));
        long settledEnd = Math.max(settledEnd(), windows.settled(end));
        for (Window window : windows.endingAt(windows.settled(end))) {
            publications.remove(window);
        }
        settled.update(settledEnd);
        // An emptied map would stay in the heap state backend.
        if (panes.isEmpty()) {
            panes.clear();
        }
        if (publications.isEmpty()) {
            publications.clear();
        }
    }
}

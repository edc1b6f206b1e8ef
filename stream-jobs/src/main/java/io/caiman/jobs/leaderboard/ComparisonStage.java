package io.caiman.jobs.leaderboard;

import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.predictions.Scope;
import io.caiman.schemas.avro.ModelComparison;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Compares one model with the baseline on one domain, or on all.
 *
 * <p>Pairs are only appended to a list. At the next refresh of processing time, or the next end of a pane of event time, the
 * list is merged into its panes, each of a bounded size. A window is published at its end; one that gained pairs after its end
 * is published again as a revision, at the next end of a pane or after the revision interval. A cumulative comparison goes out
 * at a refresh if it has gained pairs.
 */
final class ComparisonStage extends KeyedProcessFunction<Scope, ScopedPairs, ModelComparison> {

    private final Windows windows;
    private final Comparisons comparisons;
    private final int mostPairs;
    private final long refresh;
    private final long revision;

    @SuppressWarnings("NullAway.Init") // this and the following are set in open
    private transient ListState<Pairs> pending;

    private transient WindowedPairs windowed;
    private transient AllPairs all;

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
        pending = runtime.getListState(new ListStateDescriptor<>("pending", PairsSerializer.INSTANCE));
        windowed = new WindowedPairs(runtime, windows, mostPairs);
        all = new AllPairs(runtime, mostPairs);
    }

    @Override
    public void processElement(ScopedPairs scoped, Context context, Collector<ModelComparison> out) throws Exception {
        Pairs pairs = scoped.pairs();
        pending.add(pairs);
        TimerService timers = context.timerService();
        long nextEnd = windows.nextEnd(timers.currentWatermark());
        long last = Long.MIN_VALUE;
        boolean anyLate = false;
        for (int i = 0; i < pairs.size(); i++) {
            long paneEnd = windows.start(pairs.eventTime(i)) + windows.step();
            // Also for a late pair, so that the end of a bounded stream finds nothing pending.
            long due = Math.max(paneEnd, nextEnd);
            if (due != last) {
                timers.registerEventTimeTimer(Windows.timer(due));
                last = due;
            }
            anyLate |= paneEnd < nextEnd;
        }
        long now = timers.currentProcessingTime();
        timers.registerProcessingTimeTimer(next(now, refresh));
        if (anyLate) {
            windowed.pass(windows.lastEnd(timers.currentWatermark()));
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
            long over = Math.max(windows.lastEnd(timers.currentWatermark()), windowed.passedEnd());
            merge(over, timers);
            if (timestamp % revision == 0) {
                publish(scope, windowed.takeLate(over), windowed.new Reading(), timers, out);
            }
            if (timestamp % refresh == 0) {
                publishAll(scope, out);
            }
        } else {
            long end = Windows.endOfTimer(timestamp);
            long over = Math.max(end - windows.step(), windowed.passedEnd());
            merge(over, timers);
            SortedSet<Window> due = windowed.takeLate(over);
            due.addAll(windows.endingAt(end));
            WindowedPairs.Reading reading = windowed.new Reading();
            publish(scope, due, reading, timers, out);
            if (windowed.goesOnAfter(end, reading)) {
                timers.registerEventTimeTimer(Windows.timer(end + windows.step()));
            }
            windowed.expire(end);
            // Refreshes end with a bounded stream; its last watermark stands in for them.
            if (timers.currentWatermark() == Long.MAX_VALUE) {
                publishAll(scope, out);
            }
        }
    }

    /**
     * Merges what is pending.
     *
     * @param over the latest end of the windows that were published before
     */
    private void merge(long over, TimerService timers) throws Exception {
        Map<Long, Pairs> byPane = new TreeMap<>();
        Pairs current = new Pairs();
        long currentStart = Long.MIN_VALUE;
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Pairs pairs : pending.get()) {
            for (int i = 0; i < pairs.size(); i++) {
                long eventTime = pairs.eventTime(i);
                long start = windows.start(eventTime);
                if (start != currentStart) {
                    current = byPane.computeIfAbsent(start, any -> new Pairs());
                    currentStart = start;
                }
                current.add(pairs, i);
                first = Math.min(first, eventTime);
                last = Math.max(last, eventTime);
            }
        }
        if (byPane.isEmpty()) {
            return;
        }
        pending.clear();
        PairSample added = PairSample.EMPTY;
        for (Map.Entry<Long, Pairs> pane : byPane.entrySet()) {
            PairSample pairs = PairSample.of(pane.getValue(), mostPairs);
            windowed.add(pane.getKey(), pairs, over, timers);
            added = added.merge(pairs, mostPairs);
        }
        all.add(new PairsSoFar(added, first, last));
    }

    private void publish(
            Scope scope,
            SortedSet<Window> due,
            WindowedPairs.Reading reading,
            TimerService timers,
            Collector<ModelComparison> out)
            throws Exception {
        for (Window window : due) {
            windowed.take(window, reading, timers)
                    .ifPresent(taken ->
                            out.collect(comparisons.rolling(scope, taken.window(), taken.revision(), taken.pairs())));
        }
    }

    private void publishAll(Scope scope, Collector<ModelComparison> out) throws Exception {
        all.takeIfGained().ifPresent(pairs -> out.collect(comparisons.cumulative(scope, pairs)));
    }
}

package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.model.evaluation.RankedScores;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The first stage: the scores of one user within one scope.
 *
 * <p>What comes is only appended to a list. At the next refresh tick of processing time, or at the next end of a pane of
 * event time, whichever is first, the list is merged into the user's scores at once and handed on. At the end of a pane at
 * which one of the user's panes comes into the window or goes out of it, the change of the user's share of rolling gAUC
 * follows; the watermark comes after it, so the second stage has both in time.
 *
 * <p>A prediction that comes after windows over its pane still counts in the cumulative figures and in the windows that are
 * not over yet; {@link #LATE} counts those that miss every window, {@link #PARTLY_LATE} those that miss some.
 */
final class UserStage extends KeyedProcessFunction<ScopedUser, UserObservation, Partial> {

    /** Counter of predictions too late for every window, in the operator's scope. */
    static final String LATE = "late";

    /** Counter of predictions too late for some of their windows, in the operator's scope. */
    static final String PARTLY_LATE = "partlyLate";

    private final Panes panes;
    private final long refresh;

    @SuppressWarnings("NullAway.Init") // this and the following are set in open
    private transient ListState<Observation> pending;

    private transient ValueState<RankedScores> history;
    private transient MapState<Long, RankedScores> recent;
    private transient ValueState<GroupedAuc> windowShare;
    private transient Counter late;
    private transient Counter partlyLate;

    UserStage(Panes panes, long refresh) {
        this.panes = panes;
        this.refresh = refresh;
    }

    @Override
    public void open(OpenContext context) {
        var runtime = getRuntimeContext();
        pending = runtime.getListState(new ListStateDescriptor<>("pending", ObservationSerializer.INSTANCE));
        history = runtime.getState(new ValueStateDescriptor<>("history", RankedScoresSerializer.INSTANCE));
        recent = runtime.getMapState(
                new MapStateDescriptor<>("recent", LongSerializer.INSTANCE, RankedScoresSerializer.INSTANCE));
        windowShare = runtime.getState(new ValueStateDescriptor<>("window-share", GroupedAucSerializer.INSTANCE));
        late = runtime.getMetricGroup().counter(LATE);
        partlyLate = runtime.getMetricGroup().counter(PARTLY_LATE);
    }

    @Override
    public void processElement(UserObservation observation, Context context, Collector<Partial> out) throws Exception {
        var timers = context.timerService();
        long eventTime = observation.eventTime();
        long nextEnd = panes.nextEnd(timers.currentWatermark());
        long firstEnd = panes.firstEnd(eventTime, nextEnd);
        pending.add(new Observation(eventTime, observation.scoredLabel()));
        // Also for a late prediction, so that the end of a bounded stream finds nothing pending.
        timers.registerEventTimeTimer(Panes.timer(firstEnd));
        timers.registerProcessingTimeTimer(Ticks.next(timers.currentProcessingTime(), refresh));
        long paneStart = panes.start(eventTime);
        if (firstEnd > paneStart + panes.length()
                && context.getCurrentKey().scope().isOverall()) {
            (panes.covers(firstEnd, paneStart) ? partlyLate : late).inc();
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Partial> out) throws Exception {
        Scope scope = context.getCurrentKey().scope();
        if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
            flush(scope, panes.nextEnd(context.timerService().currentWatermark()), out);
            return;
        }
        long end = Panes.endOfTimer(timestamp);
        flush(scope, end, out);
        GroupedAuc share = GroupedAuc.ofUser(window(end, context.timerService()));
        GroupedAuc before = windowShare.value() == null ? GroupedAuc.NONE : windowShare.value();
        if (!share.equals(before)) {
            out.collect(new Partial.WindowShare(scope, end, share.minus(before)));
            if (share.equals(GroupedAuc.NONE)) {
                windowShare.clear();
            } else {
                windowShare.update(share);
            }
        }
    }

    /** The user's scores in the window that ends here. Past panes expire; a timer waits for the next one to go out. */
    private RankedScores window(long end, TimerService timers) throws Exception {
        RankedScores window = RankedScores.none();
        long nextChange = Long.MAX_VALUE;
        boolean anyLeft = false;
        Iterator<Map.Entry<Long, RankedScores>> entries = recent.iterator();
        while (entries.hasNext()) {
            Map.Entry<Long, RankedScores> entry = entries.next();
            long start = entry.getKey();
            if (panes.lastEnd(start) < end) {
                entries.remove();
                continue;
            }
            anyLeft = true;
            if (panes.covers(end, start)) {
                window = window.merge(entry.getValue());
                nextChange = Math.min(nextChange, panes.lastEnd(start) + panes.length());
            }
        }
        if (!anyLeft) {
            recent.clear(); // an emptied map would stay in the heap state backend
        }
        if (nextChange < Long.MAX_VALUE) {
            timers.registerEventTimeTimer(Panes.timer(nextChange));
        }
        return window;
    }

    /** Merges what is pending and hands it on. */
    private void flush(Scope scope, long openFrom, Collector<Partial> out) throws Exception {
        Observations added = takePending();
        if (added.size() == 0) {
            return;
        }
        RankedScores before = history.value() == null ? RankedScores.none() : history.value();
        RankedScores after = before.merge(RankedScores.ofEncoded(added.scoredLabels()));
        history.update(after);
        for (Map.Entry<Long, Observations> pane : added.byPane(panes).entrySet()) {
            long start = pane.getKey();
            if (openFrom <= panes.lastEnd(start)) {
                RankedScores scores = RankedScores.ofEncoded(pane.getValue().scoredLabels());
                RankedScores earlier = recent.get(start);
                recent.put(start, earlier == null ? scores : earlier.merge(scores));
            }
        }
        GroupedAuc gained = GroupedAuc.ofUser(after).minus(GroupedAuc.ofUser(before));
        out.collect(new Partial.Gain(scope, openFrom, added, gained));
    }

    private Observations takePending() throws Exception {
        Observations taken = new Observations(1);
        for (Observation observation : pending.get()) {
            taken.add(observation.eventTime(), observation.scoredLabel());
        }
        if (taken.size() > 0) {
            pending.clear();
        }
        return taken;
    }
}

package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.schemas.avro.DomainMetrics;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * The second stage: the figures of one scope.
 *
 * <p>Partials are only appended to a list, which is merged at the next refresh tick or end of a pane. A cumulative record
 * goes out at a tick if something has come; a rolling record at every end of a pane whose window has impressions.
 */
final class ScopeStage extends KeyedProcessFunction<Scope, Partial, DomainMetrics> {

    private final Panes panes;
    private final long refresh;

    @SuppressWarnings("NullAway.Init") // this and the following are set in open
    private transient ListState<Partial> pending;

    /** Late observations that came ahead of this stage's watermark: not to be seen by the windows before theirs. */
    private transient ListState<Partial> deferred;

    private transient MapState<Long, PaneFigures> figuresByPane;
    private transient MapState<Long, GroupedAuc> gainedByWindowEnd;
    private transient ValueState<GroupedAuc> windowShare;
    private transient ValueState<CumulativeFigures> cumulative;

    ScopeStage(Panes panes, long refresh) {
        this.panes = panes;
        this.refresh = refresh;
    }

    @Override
    public void open(OpenContext context) {
        var runtime = getRuntimeContext();
        pending = runtime.getListState(new ListStateDescriptor<>("pending", PartialSerializer.INSTANCE));
        deferred = runtime.getListState(new ListStateDescriptor<>("deferred", PartialSerializer.INSTANCE));
        figuresByPane = runtime.getMapState(
                new MapStateDescriptor<>("panes", LongSerializer.INSTANCE, PaneFiguresSerializer.INSTANCE));
        gainedByWindowEnd = runtime.getMapState(new MapStateDescriptor<>(
                "window-shares-gained", LongSerializer.INSTANCE, GroupedAucSerializer.INSTANCE));
        windowShare = runtime.getState(new ValueStateDescriptor<>("window-share", GroupedAucSerializer.INSTANCE));
        cumulative = runtime.getState(new ValueStateDescriptor<>("cumulative", CumulativeFiguresSerializer.INSTANCE));
    }

    @Override
    public void processElement(Partial partial, Context context, Collector<DomainMetrics> out) throws Exception {
        TimerService timers = context.timerService();
        pending.add(partial);
        if (partial instanceof Partial.Gain gain) {
            long nextEnd = Math.max(gain.openFrom(), panes.nextEnd(timers.currentWatermark()));
            long registered = Long.MIN_VALUE;
            for (int i = 0; i < gain.observations().size(); i++) {
                long firstEnd = panes.firstEnd(gain.observations().eventTime(i), nextEnd);
                if (firstEnd != registered) {
                    timers.registerEventTimeTimer(Panes.timer(firstEnd));
                    registered = firstEnd;
                }
            }
            timers.registerProcessingTimeTimer(Ticks.next(timers.currentProcessingTime(), refresh));
        } else if (partial instanceof Partial.WindowShare window) {
            timers.registerEventTimeTimer(Panes.timer(window.end()));
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<DomainMetrics> out) throws Exception {
        TimerService timers = context.timerService();
        Scope scope = context.getCurrentKey();
        boolean tick = context.timeDomain() == TimeDomain.PROCESSING_TIME;
        long nextEnd = tick ? panes.nextEnd(timers.currentWatermark()) : Panes.endOfTimer(timestamp);
        CumulativeFigures soFar = mergePending(nextEnd);
        if (!tick) {
            mergeDeferred(nextEnd);
            rolling(scope, nextEnd, timers).ifPresent(out::collect);
        }
        // Ticks end with a bounded stream; its last watermark stands in for them.
        if (!soFar.isPublished() && (tick || timers.currentWatermark() == Long.MAX_VALUE)) {
            out.collect(Records.cumulative(scope, soFar));
            cumulative.update(soFar.asPublished());
        }
    }

    private CumulativeFigures mergePending(long nextEnd) throws Exception {
        CumulativeFigures soFar = cumulative.value() == null ? CumulativeFigures.EMPTY : cumulative.value();
        Observations all = new Observations(16);
        Observations rolling = new Observations(16);
        GroupedAuc gained = GroupedAuc.NONE;
        boolean any = false;
        for (Partial partial : pending.get()) {
            any = true;
            if (partial instanceof Partial.Gain gain) {
                all.addAll(gain.observations());
                gained = gained.plus(gain.gained());
                addToPanesOrDefer(gain, nextEnd, rolling);
            } else if (partial instanceof Partial.WindowShare window) {
                GroupedAuc earlier = gainedByWindowEnd.get(window.end());
                gainedByWindowEnd.put(window.end(), earlier == null ? window.gained() : earlier.plus(window.gained()));
            }
        }
        if (any) {
            pending.clear();
        }
        if (all.size() > 0) {
            soFar = soFar.plus(all, gained);
            cumulative.update(soFar);
        }
        mergeIntoPanes(rolling);
        return soFar;
    }

    private void addToPanesOrDefer(Partial.Gain gain, long nextEnd, Observations rolling) throws Exception {
        Observations ahead = new Observations(0);
        for (int i = 0; i < gain.observations().size(); i++) {
            long eventTime = gain.observations().eventTime(i);
            long start = panes.start(eventTime);
            long firstEnd = panes.firstEnd(eventTime, gain.openFrom());
            if (panes.covers(firstEnd, start)) {
                boolean seenTooEarly = firstEnd > start + panes.length() && firstEnd > nextEnd;
                (seenTooEarly ? ahead : rolling)
                        .add(eventTime, gain.observations().scoredLabel(i));
            }
        }
        if (ahead.size() > 0) {
            deferred.add(new Partial.Gain(gain.scope(), gain.openFrom(), ahead, GroupedAuc.NONE));
        }
    }

    private void mergeDeferred(long end) throws Exception {
        List<Partial> stillAhead = new ArrayList<>();
        Observations due = new Observations(0);
        boolean any = false;
        for (Partial partial : deferred.get()) {
            any = true;
            if (partial instanceof Partial.Gain gain && gain.openFrom() <= end) {
                due.addAll(gain.observations());
            } else {
                stillAhead.add(partial);
            }
        }
        if (any) {
            deferred.update(stillAhead);
            mergeIntoPanes(due);
        }
    }

    private void mergeIntoPanes(Observations observations) throws Exception {
        for (Map.Entry<Long, Observations> pane : observations.byPane(panes).entrySet()) {
            PaneFigures added = PaneFigures.of(pane.getValue());
            PaneFigures earlier = figuresByPane.get(pane.getKey());
            figuresByPane.put(pane.getKey(), earlier == null ? added : earlier.merge(added));
        }
    }

    /** The record of the window that ends here, if it has impressions. Panes that no later window is over expire. */
    private Optional<DomainMetrics> rolling(Scope scope, long end, TimerService timers) throws Exception {
        PaneFigures figures = PaneFigures.EMPTY;
        boolean more = false;
        boolean anyLeft = false;
        Iterator<Map.Entry<Long, PaneFigures>> entries = figuresByPane.iterator();
        while (entries.hasNext()) {
            Map.Entry<Long, PaneFigures> entry = entries.next();
            long start = entry.getKey();
            if (panes.covers(end, start)) {
                figures = figures.merge(entry.getValue());
            }
            more |= panes.covers(end + panes.length(), start);
            if (panes.lastEnd(start) <= end) {
                entries.remove();
            } else {
                anyLeft = true;
            }
        }
        if (!anyLeft) {
            figuresByPane.clear(); // an emptied map would stay in the heap state backend
        }
        if (more) {
            timers.registerEventTimeTimer(Panes.timer(end + panes.length()));
        }
        GroupedAuc share = windowShare(end);
        return figures.sums().impressions() == 0
                ? Optional.empty()
                : Optional.of(Records.rolling(scope, end - panes.window(), end, figures, share));
    }

    /** All users' contributions to gAUC of the window that ends here. */
    private GroupedAuc windowShare(long end) throws Exception {
        GroupedAuc share = windowShare.value() == null ? GroupedAuc.NONE : windowShare.value();
        List<Long> past = new ArrayList<>();
        for (Map.Entry<Long, GroupedAuc> gained : gainedByWindowEnd.entries()) {
            if (gained.getKey() <= end) {
                share = share.plus(gained.getValue());
                past.add(gained.getKey());
            }
        }
        for (long pastEnd : past) {
            gainedByWindowEnd.remove(pastEnd);
        }
        if (share.users() == 0) {
            windowShare.clear(); // and with it what rounding left
            return GroupedAuc.NONE;
        }
        windowShare.update(share);
        return share;
    }
}

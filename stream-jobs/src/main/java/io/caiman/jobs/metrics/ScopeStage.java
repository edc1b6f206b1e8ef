package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.JobLog;
import io.caiman.jobs.options.WindowName;
import io.caiman.jobs.predictions.Names;
import io.caiman.jobs.predictions.Scope;
import io.caiman.schemas.avro.DomainMetrics;
import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The second stage: {@link ScopeFigures} of some scopes. Windows are published when the watermark passes their end, and again
 * at the next refresh tick after late impressions changed them; cumulative figures at a tick if something has come, in turns if
 * there are very many.
 *
 * <p>Figures are on the heap; a checkpoint writes those of the scopes and panes that have changed since the one before.
 */
final class ScopeStage extends AbstractStreamOperator<DomainMetrics>
        implements OneInputStreamOperator<Partials, DomainMetrics> {

    /**
     * Cumulative figures that are published at one refresh tick, at most: so many domains that there are more changes than that
     * take turns, and the cost of refreshing does not grow with their number.
     */
    static final int MOST_AT_A_TICK = 1_000;

    private static final long serialVersionUID = 1;

    private static final ValueStateDescriptor<ScopeFigures.Stored> SCOPE =
            new ValueStateDescriptor<>("scope", ScopeFiguresSerializer.INSTANCE);

    private static final MapStateDescriptor<Long, PaneFigures> PANES =
            new MapStateDescriptor<>("panes", LongSerializer.INSTANCE, PaneFiguresSerializer.INSTANCE);

    private final Panes panes;
    private final List<Integer> lastCounts;
    private final long refresh;
    private final int labels;

    /** By the number of the names. */
    private transient Long2ObjectMap<ScopeFigures> scopes;

    /** Scopes whose cumulative figures are to be published, longest waiting first; but before them those of all domains. */
    private transient Deque<ScopeFigures> waiting;

    private transient ValueState<ScopeFigures.Stored> scopeState;
    private transient MapState<Long, PaneFigures> paneState;
    private transient ScopeGauges gauges;
    private transient long closed;
    private transient boolean ticking;

    @SuppressWarnings("NullAway.Init") // transient fields are set by initializeState, on the task that runs this
    ScopeStage(Panes panes, List<Integer> lastCounts, long refresh, int labels) {
        this.panes = panes;
        this.lastCounts = List.copyOf(lastCounts);
        this.refresh = refresh;
        this.labels = labels;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        var task = getRuntimeContext().getTaskInfo();
        gauges = new ScopeGauges(
                getMetricGroup(), WindowName.of(panes.windows().get(0)), labels / task.getNumberOfParallelSubtasks());
        scopeState = context.getKeyedStateStore().getState(SCOPE);
        paneState = context.getKeyedStateStore().getMapState(PANES);
        scopes = new Long2ObjectOpenHashMap<>();
        waiting = new ArrayDeque<>();
        closed = panes.nothingClosed();
        if (context.isRestored()) {
            restore();
            new JobLog(ScopeStage.class, getRuntimeContext()).restored(context);
        }
    }

    @Override
    public void processElement(StreamRecord<Partials> element) {
        for (Partial partial : element.getValue().each()) {
            ScopeFigures figures = figures(partial.names());
            boolean wasPublished = figures.cumulativePublished();
            figures.add(partial);
            if (wasPublished) {
                await(figures);
            }
        }
        tickLater();
    }

    private ScopeFigures figures(Names names) {
        ScopeFigures figures = scopes.get(names.number());
        if (figures == null) {
            figures = new ScopeFigures(names.scope(), panes, lastCounts, ScopeFigures.Stored.nothing(panes, closed));
            scopes.put(names.number(), figures);
        }
        return figures;
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        long end = panes.closedBy(mark.getTimestamp());
        if (end > closed) {
            closed = end;
            scopes.values().forEach(scope -> scope.close(end, this::publish));
        }
        if (mark.getTimestamp() == Watermark.MAX_WATERMARK.getTimestamp()) {
            // Ticks end with a bounded stream; its last watermark stands in for them.
            tick(Integer.MAX_VALUE);
        }
        super.processWatermark(mark);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        for (ScopeFigures scope : scopes.values()) {
            if (scope.takeChanged()) {
                setCurrentKey(scope.scope());
                for (long pane : scope.panes().takeChanged()) {
                    PaneFigures figures = scope.panes().get(pane);
                    if (figures.sums().impressions() == 0) {
                        paneState.remove(pane);
                    } else {
                        paneState.put(pane, figures);
                    }
                }
                scopeState.update(scope.toStored());
            }
        }
        super.snapshotState(context);
    }

    private void tickLater() {
        if (!ticking) {
            ticking = true;
            var timers = getProcessingTimeService();
            var unused = timers.registerTimer(
                    Math.floorDiv(timers.getCurrentProcessingTime(), refresh) * refresh + refresh, time -> {
                        ticking = false;
                        tick(MOST_AT_A_TICK);
                        if (!waiting.isEmpty()) {
                            tickLater();
                        }
                    });
        }
    }

    private void tick(int most) {
        for (ScopeFigures scope : scopes.values()) {
            scope.publishChanged(this::publish);
        }
        for (int published = 0; published < most && !waiting.isEmpty(); published++) {
            waiting.removeFirst().publishCumulative(this::publish);
        }
    }

    /** Lets the cumulative figures of a scope wait for their turn, if they are not as published. */
    private void await(ScopeFigures figures) {
        if (!figures.cumulativePublished()) {
            if (figures.scope().isOverall()) {
                waiting.addFirst(figures);
            } else {
                waiting.addLast(figures);
            }
        }
    }

    private void publish(DomainMetrics metrics) {
        gauges.show(metrics);
        output.collect(new StreamRecord<>(metrics));
    }

    private void restore() throws Exception {
        KeyedStateBackend<Scope> backend = getKeyedStateBackend();
        backend.applyToAllKeys(VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, SCOPE, (scope, state) -> {
            ScopeFigures.Stored stored = state.value();
            if (!stored.panes().equals(panes)) {
                throw new IllegalStateException(
                        "the checkpoint is of a job with %s: expected %s; give the same --pane, --window, --allowed-lateness and history, or start without the checkpoint"
                                .formatted(stored.panes(), panes));
            }
            ScopeFigures figures = new ScopeFigures(scope, panes, lastCounts, stored);
            for (Map.Entry<Long, PaneFigures> pane : paneState.entries()) {
                figures.restorePane(pane.getKey(), pane.getValue());
            }
            scopes.put(Names.of(scope).number(), figures);
            await(figures);
        });
        if (!scopes.isEmpty()) {
            tickLater();
        }
    }
}

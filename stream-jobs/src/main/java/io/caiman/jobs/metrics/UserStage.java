package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.JobLog;
import io.caiman.jobs.predictions.Buckets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The first stage: {@link UserShares} of the users of some buckets. What has come is told to the second stage at the next
 * refresh tick, the next end of a pane or the next checkpoint, whichever is first; at a tick of some scopes only, if there are
 * very many.
 *
 * <p>The state is a log of the batches that came, under the keys of their buckets; an entry goes when all in it has expired. Everything else is computed from it again after a restore.
 */
final class UserStage extends AbstractStreamOperator<Partials>
        implements OneInputStreamOperator<Observations, Partials> {

    /** Counter of predictions too late for every window, in the operator's scope. */
    static final String LATE = "late";

    /** Counter of predictions too late for some of their windows, in the operator's scope. */
    static final String PARTLY_LATE = "partlyLate";

    private static final long serialVersionUID = 1;

    private static final MapStateDescriptor<Long, Observations> LOG =
            new MapStateDescriptor<>("log", LongSerializer.INSTANCE, ObservationsSerializer.INSTANCE);

    private static final ValueStateDescriptor<Long> CLOSED =
            new ValueStateDescriptor<>("closed", LongSerializer.INSTANCE);

    private final Panes panes;
    private final boolean countsLast;
    private final long refresh;

    private transient UserShares shares;
    private transient int[] buckets;
    private transient MapState<Long, Observations> log;
    private transient ValueState<Long> closed;

    /** [bucket], the entries of its log, oldest first. */
    private transient List<Deque<Entry>> entries;

    private transient long nextEntry;
    private transient boolean ticking;
    private transient LateCounters counters;

    /** An entry of a log: its number, and the last pane with something in it. */
    private record Entry(long number, long pane) {}

    @SuppressWarnings("NullAway.Init") // transient fields are set by initializeState, on the task that runs this
    UserStage(Panes panes, boolean countsLast, long refresh) {
        this.panes = panes;
        this.countsLast = countsLast;
        this.refresh = refresh;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        Counter late = getMetricGroup().counter(LATE);
        Counter partlyLate = getMetricGroup().counter(PARTLY_LATE);
        counters = partly -> (partly ? partlyLate : late).inc();
        shares = new UserShares(panes, countsLast);
        log = context.getKeyedStateStore().getMapState(LOG);
        closed = context.getKeyedStateStore().getState(CLOSED);
        buckets = Buckets.of(getRuntimeContext().getTaskInfo());
        entries = new ArrayList<>();
        for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
            entries.add(new ArrayDeque<>());
        }
        if (context.isRestored()) {
            restore();
            new JobLog(UserStage.class, getRuntimeContext()).restored(context);
        }
    }

    @Override
    public void processElement(StreamRecord<Observations> element) throws Exception {
        Observations observations = element.getValue();
        shares.add(observations, counters);
        // The exchange has set the key to that of the bucket.
        log.put(nextEntry, observations);
        entries.get(observations.bucket()).add(new Entry(nextEntry, panes.start(observations.latest())));
        nextEntry++;
        tickLater();
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        long end = panes.closedBy(mark.getTimestamp());
        if (Arrays.stream(buckets).anyMatch(bucket -> end > shares.closed(bucket))) {
            shares.close(end, buckets, this::tell);
            for (int bucket : buckets) {
                forget(bucket);
            }
        }
        super.processWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        shares.flush(Integer.MAX_VALUE, this::tell); // so that all that is in the state was told
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        for (int bucket : buckets) {
            setCurrentKey(Buckets.key(bucket));
            closed.update(shares.closed(bucket));
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
                        shares.flush(ScopeStage.MOST_AT_A_TICK, this::tell);
                        if (shares.anyChanged()) {
                            tickLater();
                        }
                    });
        }
    }

    private void tell(Partials partials) {
        output.collect(new StreamRecord<>(partials));
    }

    private void forget(int bucket) throws Exception {
        Deque<Entry> ofBucket = entries.get(bucket);
        while (!ofBucket.isEmpty() && shares.expired(ofBucket.getFirst().pane(), bucket)) {
            setCurrentKey(Buckets.key(bucket));
            log.remove(ofBucket.removeFirst().number());
        }
    }

    private void restore() throws Exception {
        for (int bucket : buckets) {
            setCurrentKey(Buckets.key(bucket));
            Long end = closed.value();
            if (end != null) {
                shares.setClosed(bucket, end);
            }
            List<Long> numbers = new ArrayList<>();
            log.keys().forEach(numbers::add);
            numbers.sort(null);
            for (long number : numbers) {
                Observations observations = log.get(number);
                shares.restore(observations);
                entries.get(bucket).add(new Entry(number, panes.start(observations.latest())));
                nextEntry = Math.max(nextEntry, number + 1);
            }
        }
    }
}

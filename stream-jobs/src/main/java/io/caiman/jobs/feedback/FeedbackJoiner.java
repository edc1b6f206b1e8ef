package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.DeadLetters;
import io.caiman.jobs.connect.Decoding;
import io.caiman.jobs.connect.JobLog;
import io.caiman.jobs.connect.LogPartitions;
import io.caiman.jobs.connect.RecordCheck;
import io.caiman.jobs.connect.RecordDecoder;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Impression;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Holds impressions whose labels are not known yet until they are: a label is true as soon as there is feedback, and
 * false when a window of event time has passed without any. Each impression goes on exactly once, at its place in the log,
 * with the last label that it awaits; one that awaits none of the model's tasks goes on as it is.
 *
 * <p><b>Order.</b> All goes by event time: an impression is seen at its own time, or at that of feedback that came up to a
 * window ahead of it; it goes on at the time of its feedback, or at the end of its window, the last millisecond of which
 * is in it. Those that go on at the same time are in order of partition and offset. So what comes out is a function of the
 * two logs; nothing depends on how they were interleaved.
 *
 * <p>Event time passes when every partition of both topics has been read beyond it ({@link LogProgress}). The joiner does
 * that by itself and leaves watermarks alone, because a source's watermarks are in no checkpoint: after a restart a
 * partition that has ended, or is quiet, would have none, and would hold back all others for ever. A partition that has
 * an end-of-log record waits for nobody. When all have, everything held goes on in the same order, then one end-of-log
 * record; what comes after it begins anew. Live topics may have partitions that are quiet for long: on request those hold
 * back nobody once they were quiet for some time of the clock, and then the order depends on the clock.
 *
 * <p><b>Late, or nobody's.</b> Of an impression that has gone on there stays its id, for one more window after its own:
 * feedback in that time is late. Feedback without an impression is kept for a window, then it is an orphan; and so is
 * feedback that comes two windows after its impression, or for one that never awaited the task.
 *
 * <p><b>What is learned from it.</b> No example has a false label that later turns out true, unless feedback is late. In
 * return positives are learned from at once and negatives a window later. In the first window after the log's beginning
 * the model is given positives only, so its probabilities rise towards 1, until the negatives come. From then on the
 * positives of now are mixed with the negatives of a window ago, so the odds among the examples are those among the
 * impressions times the rate of negatives now over their rate a window ago: while traffic grows, probabilities come out
 * too high by that factor of the odds, and while it shrinks, too low. A factor that is the same for all impressions of a
 * moment leaves their ranking as it is, but not their calibration.
 *
 * <p>With several tasks an impression waits for the last of its labels: one that is true for all of them goes on with the
 * feedback that came last, all others wait for the end of the window.
 *
 * <p>The trainer scores an impression when it learns from it. So a score is one the model would have given when the label
 * came, up to a window after the impression was shown, and an AUC over a rolling window is over impressions that are
 * settled. It compares positives with negatives that were scored later, so it sees scores drift in between, most of all in
 * the first two windows. Their event times are out of order by up to a window, which whoever closes windows by them must
 * allow for.
 */
public final class FeedbackJoiner extends AbstractStreamOperator<ConsumedRecord>
        implements TwoInputStreamOperator<ConsumedRecord, ConsumedRecord, ConsumedRecord>,
                Triggerable<Integer, VoidNamespace> {

    /** Name of the operator, in metrics and in the web interface. */
    public static final String NAME = "feedback-joiner";

    private static final long serialVersionUID = 1;

    private static final long FOR_EVER = -1;

    private final List<String> tasks;
    private final long windowMs;
    private final RecordCheck<Impression> check;
    private final LogPartitions partitions;
    private final long idlenessMs;
    private final String refusedBy;
    private final EventTimes eventTimes;

    private transient RecordDecoder<Impression> impressions;
    private transient RecordDecoder<Feedback> feedback;
    private transient AwaitedLabels labels;
    private transient LogProgress progress;
    private transient Agenda agenda;
    private transient LabelWindow window;
    private transient ListState<Tuple3<String, Integer, Long>> progressState;
    private transient Counter deadLetters;

    /**
     * A joiner for some tasks.
     *
     * @param check what an impression must fulfil besides having labels; one that does not goes on as it is
     * @param partitions of both topics, found out when the operator starts
     * @param refusedBy names the joiner in the letters of feedback it cannot use
     */
    @SuppressWarnings("NullAway.Init") // transient fields are set on the task that runs this
    public FeedbackJoiner(
            List<String> tasks,
            LabelWait wait,
            RecordCheck<Impression> check,
            LogPartitions partitions,
            String refusedBy,
            Clock clock) {
        this.tasks = List.copyOf(tasks);
        this.windowMs = wait.window().toMillis();
        this.check = check;
        this.partitions = partitions;
        this.idlenessMs = wait.idleness().map(Duration::toMillis).orElse(FOR_EVER);
        this.refusedBy = refusedBy;
        this.eventTimes = new EventTimes(clock);
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        progressState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("progress", Types.TUPLE(Types.STRING, Types.INT, Types.LONG)));
        progress = new LogProgress(partitions.find());
        Map<TopicPartition, Long> stored = new HashMap<>();
        for (Tuple3<String, Integer, Long> read : progressState.get()) {
            stored.put(new TopicPartition(read.f0, read.f1), read.f2);
        }
        progress.restore(stored);
        if (context.isRestored()) {
            new JobLog(FeedbackJoiner.class, getRuntimeContext()).restored(context);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // every keyed state of Flink's is an internal one, which knows namespaces
    public void open() throws Exception {
        super.open();
        impressions = new RecordDecoder<>(RecordCodec.of(Impression.class), refusedBy, RecordCheck.none());
        feedback = new RecordDecoder<>(RecordCodec.of(Feedback.class), refusedBy, eventTimes);
        labels = new AwaitedLabels(tasks, check);
        deadLetters = getMetricGroup().counter(DeadLetters.COUNTER);
        InternalTimerService<VoidNamespace> timers =
                getInternalTimerService("agenda", VoidNamespaceSerializer.INSTANCE, this);
        ListState<JoinEvent> byTime = getOrCreateKeyedState(
                LongSerializer.INSTANCE, new ListStateDescriptor<>("agenda", JoinEventSerializer.INSTANCE));
        MapState<String, Standing> standings = getPartitionedState(
                new MapStateDescriptor<>("standings", StringSerializer.INSTANCE, StandingSerializer.INSTANCE));
        MapState<String, Map<String, Boolean>> decided = getPartitionedState(new MapStateDescriptor<>(
                "decided",
                StringSerializer.INSTANCE,
                new MapSerializer<>(StringSerializer.INSTANCE, BooleanSerializer.INSTANCE)));
        agenda = new Agenda((InternalListState<Integer, Long, JoinEvent>) byTime, timers);
        window = new LabelWindow(windowMs, labels, standings, decided, agenda, getMetricGroup());
        if (idlenessMs != FOR_EVER) {
            ScheduledFuture<?> unused =
                    getProcessingTimeService().scheduleWithFixedDelay(time -> passOverQuiet(), idlenessMs, idlenessMs);
        }
    }

    private void passOverQuiet() throws Exception {
        progress.passOverQuiet();
        advance();
    }

    @Override
    public void processElement1(StreamRecord<ConsumedRecord> element) throws Exception {
        ConsumedRecord record = element.getValue();
        TopicPartition partition = partitionOf(record);
        Decoding<Impression> decoding = impressions.decode(record);
        if (decoding instanceof Decoding.EndOfLog<Impression>) {
            end(record);
        } else if (decoding instanceof Decoding.Decoded<Impression> decoded) {
            Impression impression = decoded.record();
            long time = eventTimes.believe(impression.getEventTimeMs())
                    ? progress.read(partition, impression.getEventTimeMs())
                    : progress.readUntimed(partition);
            agenda.add(
                    time,
                    labels.areAwaitedBy(impression)
                            ? new JoinEvent.Shown(impression.getId(), record)
                            : new JoinEvent.Passing(record));
            advance();
        } else {
            // The trainer refuses it.
            agenda.add(progress.readUntimed(partition), new JoinEvent.Passing(record));
        }
    }

    @Override
    public void processElement2(StreamRecord<ConsumedRecord> element) throws Exception {
        ConsumedRecord record = element.getValue();
        Decoding<Feedback> decoding = feedback.decode(record);
        if (decoding instanceof Decoding.EndOfLog<Feedback>) {
            end(record);
        } else if (decoding instanceof Decoding.Decoded<Feedback> decoded) {
            Feedback given = decoded.record();
            long time = progress.read(partitionOf(record), given.getEventTimeMs());
            if (labels.include(given.getTask())) {
                agenda.add(time, new JoinEvent.Answer(labels.name(given.getTask(), given.getImpressionId())));
            }
            advance();
        } else if (decoding instanceof Decoding.Malformed<Feedback> malformed) {
            deadLetters.inc();
            output.collect(DeadLetters.TAG, new StreamRecord<>(malformed.letter()));
        }
    }

    private static TopicPartition partitionOf(ConsumedRecord record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    private void end(ConsumedRecord record) throws Exception {
        progress.end(partitionOf(record));
        advance();
        if (progress.isEnded()) {
            // It stands for the ends of all partitions, so it lies in none.
            output.collect(new StreamRecord<>(new ConsumedRecord(NAME, 0, 0, null, true)));
            progress.beginAnew();
        }
    }

    private void advance() throws Exception {
        settleUntil(progress.pass());
    }

    private void settleUntil(long time) throws Exception {
        if (timeServiceManager != null) {
            timeServiceManager.advanceWatermark(new Watermark(time));
        }
    }

    @Override
    public void onEventTime(InternalTimer<Integer, VoidNamespace> timer) throws Exception {
        for (ConsumedRecord settled : window.settleAt(timer.getTimestamp())) {
            output.collect(new StreamRecord<>(settled, timer.getTimestamp()));
        }
    }

    @Override
    public void onProcessingTime(InternalTimer<Integer, VoidNamespace> timer) {
        throw new IllegalStateException("the joiner sets no timers of the clock");
    }

    /** Sources that end do so as if each of their partitions had an end-of-log record. */
    @Override
    public void finish() throws Exception {
        settleUntil(Long.MAX_VALUE);
        super.finish();
    }

    @Override
    public void processWatermark1(Watermark watermark) {
        // Event time is what the logs say; see above.
    }

    @Override
    public void processWatermark2(Watermark watermark) {
        // As above.
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<Tuple3<String, Integer, Long>> read = new ArrayList<>();
        progress.latest()
                .forEach((partition, time) -> read.add(Tuple3.of(partition.topic(), partition.partition(), time)));
        progressState.update(read);
    }
}

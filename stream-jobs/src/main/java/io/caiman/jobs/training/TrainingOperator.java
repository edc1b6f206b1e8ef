package io.caiman.jobs.training;

import io.caiman.jobs.checkpoints.CheckpointRoom;
import io.caiman.jobs.checkpoints.Sealed;
import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.DeadLetters;
import io.caiman.jobs.connect.Decoding;
import io.caiman.jobs.connect.JobLog;
import io.caiman.jobs.connect.RecordDecoder;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.Evicted;
import io.caiman.model.train.Pipeline;
import io.caiman.model.train.StepResult;
import io.caiman.model.train.Trainer;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.SkippedStep;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.IOUtils;

/**
 * Learns from impressions in mini-batches and emits a prediction for each label they have, in the order they came. A thin adapter: the
 * learning is {@link Trainer}'s.
 *
 * <p>A pipeline of two threads, and of three with {@link Pipeline#STALE_1}: while a {@link Learner} has mini-batches to learn from, the
 * task's thread fills the next one and publishes what the last one gave. At most {@link #MOST_LEARNING} are handed over at a time; beyond
 * that the task waits, which holds back the source. Before a checkpoint's barrier the task waits until all are learned from and
 * published, so no checkpoint has a mini-batch by half.
 *
 * <p>Everything the outcome depends on is in one checkpoint: the pending mini-batch, the dense weights with their
 * optimizer, and the rows; with {@code STALE_1} also what the last mini-batch is yet to teach its rows, which it does once the next
 * has read them, checkpoint or none. So a job that is killed and restored gives what an uninterrupted one gives, bit for bit on
 * the CPU, as long as batches close by count or by an end-of-log record ({@code batch.max-wait-millis} is 0).
 */
final class TrainingOperator extends AbstractStreamOperator<Prediction>
        implements OneInputStreamOperator<ConsumedRecord, Prediction> {

    private static final long serialVersionUID = 1;

    /** One that is learned from, and one so that the learner need not wait for the task's thread. */
    static final int MOST_LEARNING = 2;

    /** Changed rows begin to be written when so much of the time between two checkpoints is left. */
    private static final double EARLY_SHARE = 0.2;

    private static final String DENSE_STATE = Sealed.STATE_PREFIX + "dense-weights";

    private static final String UNFINISHED_STATE = Sealed.STATE_PREFIX + "unfinished-mini-batch";

    private final String specYaml;
    private final TrainingOptions options;
    private final CheckpointRoom checkpoints;
    private final long checkpointMillis;

    private transient ModelSpec spec;
    private transient RecordDecoder<Impression> decoder;
    private transient ImpressionFeatures features;
    private transient TrainedRows rows;
    private transient MailboxExecutor mailbox;
    private transient Learner learner;
    private transient PendingBatch pending;
    /** The last one that was learned from and published: its rows may be yet to be updated. */
    private transient PendingBatch published;
    /** Emptied ones, to be filled again. */
    private transient Deque<PendingBatch> spare;
    /** Mini-batches handed to the learner and not published yet. */
    private transient int learning;
    /** Mini-batches handed to the learner so far. */
    private transient long handedOver;
    /** When the last barrier came, by the clock of processing time, or -1 before the first. */
    private transient long lastBarrier;

    private transient JobLog log;

    private transient ListState<String> specState;
    private transient ListState<byte[]> denseState;
    private transient ListState<ConsumedRecord> pendingState;
    /** What the published mini-batch is yet to teach its rows, and its records; nothing if that is done. */
    private transient ListState<byte[]> unfinishedState;

    private transient ListState<ConsumedRecord> unfinishedRecordsState;

    private transient Counter impressions;
    private transient Counter deadLetters;
    private transient Counter steps;
    private transient Counter skippedSteps;
    private transient Counter stepNanos;

    /**
     * An operator that learns.
     *
     * @param checkpointMillis time between two checkpoints as configured, at most 0 if none are taken by the clock
     */
    @SuppressWarnings("NullAway.Init") // transient fields are set by initializeState, on the task that runs this
    TrainingOperator(ModelSpec spec, TrainingOptions options, CheckpointRoom checkpoints, long checkpointMillis) {
        options.pipeline().check(spec);
        this.specYaml = SpecReader.write(spec);
        this.options = options;
        this.checkpoints = checkpoints;
        this.checkpointMillis = checkpointMillis;
    }

    @Override
    public void setMailboxExecutor(MailboxExecutor mailboxExecutor) {
        super.setMailboxExecutor(mailboxExecutor);
        mailbox = mailboxExecutor;
    }

    /** The rows choose their keys themselves, on the learner's thread; records have none. */
    @Override
    @SuppressWarnings("rawtypes") // as it is overridden
    public void setKeyContextElement1(StreamRecord record) {}

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        spec = SpecReader.parse("the job's model spec", specYaml);
        specState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("model-spec", StringSerializer.INSTANCE));
        denseState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>(DENSE_STATE, BytePrimitiveArraySerializer.INSTANCE));
        pendingState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("pending-mini-batch", ConsumedRecord.type()));
        unfinishedState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>(UNFINISHED_STATE, BytePrimitiveArraySerializer.INSTANCE));
        unfinishedRecordsState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("unfinished-mini-batch-records", ConsumedRecord.type()));
        spare = new ArrayDeque<>();
        lastBarrier = -1;
        impressions = getMetricGroup().counter(TrainingMetrics.IMPRESSIONS);
        deadLetters = getMetricGroup().counter(DeadLetters.COUNTER);
        steps = getMetricGroup().counter(TrainingMetrics.STEPS);
        skippedSteps = getMetricGroup().counter(TrainingMetrics.SKIPPED_STEPS);
        stepNanos = getMetricGroup().counter(TrainingMetrics.STEP_NANOS);
        checkSpec();
        rows = new TrainedRows(getKeyedStateBackend(), spec, options);
        rows.register(getMetricGroup());
        learner = new Learner(
                () -> new Trainer(spec, rows.tables(), options.device(), options.deviceRowBytes()), options.pipeline());
        getMetricGroup().gauge(TrainingMetrics.DEVICE_ROW_CACHE_MISSES, learner.trainer()::deviceRowMisses);
        for (byte[] stored : denseState.get()) {
            learner.trainer().restore(Sealed.open(stored));
        }
        features = new ImpressionFeatures(spec, learner.trainer().domains());
        decoder = new RecordDecoder<>(RecordCodec.of(Impression.class), refusedBy(spec), features::problem);
        pending = restored(pendingState);
        published = restored(unfinishedRecordsState);
        for (byte[] stored : unfinishedState.get()) {
            learner.resume(published.samples(), Sealed.open(stored));
        }
        log = new JobLog(TrainingOperator.class, getRuntimeContext());
        if (context.isRestored()) {
            log.info(
                    "restored",
                    "model",
                    spec.name(),
                    "checkpoint",
                    context.getRestoredCheckpointId().orElseThrow(),
                    "steps",
                    learner.trainer().steps(),
                    "pending",
                    pending.offsetsInWords());
        }
    }

    private PendingBatch restored(ListState<ConsumedRecord> records) throws Exception {
        PendingBatch batch = new PendingBatch(spec, features);
        for (ConsumedRecord record : records.get()) {
            if (decoder.decode(record) instanceof Decoding.Decoded<Impression> decoded) {
                batch.add(record, decoded.record());
            }
        }
        return batch;
    }

    /** Names the trainer of a model in its dead letters. */
    static String refusedBy(ModelSpec spec) {
        return "training " + spec.name();
    }

    /** Before the rows are opened, for it says more of what differs than their serializer can. */
    private void checkSpec() throws Exception {
        for (String stored : specState.get()) {
            SpecCompatibility.check(SpecReader.parse("the model spec in the checkpoint", stored), spec);
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        writeRowsEarlyUntilTheFirstBarrier();
        if (pending.size() > 0) {
            stepAfterMaxWait();
        }
        if (pending.size() >= spec.batch().size()) {
            step();
        }
    }

    @Override
    public void processElement(StreamRecord<ConsumedRecord> element) throws Exception {
        Decoding<Impression> decoding = decoder.decode(element.getValue());
        if (decoding instanceof Decoding.Decoded<Impression> decoded) {
            accept(element.getValue(), decoded.record());
        } else if (decoding instanceof Decoding.Malformed<Impression> malformed) {
            deadLetters.inc();
            output.collect(DeadLetters.TAG, new StreamRecord<>(malformed.letter()));
        } else {
            step();
        }
    }

    private void accept(ConsumedRecord record, Impression impression) throws Exception {
        pending.add(record, impression);
        if (pending.size() == 1) {
            stepAfterMaxWait();
        }
        if (pending.size() >= spec.batch().size()) {
            step();
        }
    }

    /** Learns from the pending mini-batch once its first impression has waited long enough, unless it filled before. */
    private void stepAfterMaxWait() {
        long before = handedOver;
        spec.batch().maxWait().ifPresent(wait -> {
            long due = getProcessingTimeService().getCurrentProcessingTime() + wait.toMillis();
            ScheduledFuture<?> unused = getProcessingTimeService().registerTimer(due, time -> {
                if (handedOver == before) {
                    step();
                }
            });
        });
    }

    /** Hands the pending mini-batch, if there is one, to the learner. */
    private void step() throws Exception {
        if (pending.size() == 0) {
            return;
        }
        PendingBatch batch = pending;
        pending = spare.isEmpty() ? new PendingBatch(spec, features) : spare.pop();
        handedOver++;
        awaitLearningAtMost(MOST_LEARNING - 1);
        learning++;
        learner.learn(batch.samples(), result -> publishLater(batch, result));
    }

    /** On the learner's thread: has the task's thread publish. */
    private void publishLater(PendingBatch batch, Future<Learner.Learned> result) {
        try {
            mailbox.execute(() -> publish(batch, result), "publish a mini-batch");
        } catch (RejectedExecutionException e) {
            LOG.debug("the task has ended; nobody waits for this mini-batch", e);
        }
    }

    /** Publishes what is learned from in the meantime. */
    private void awaitLearningAtMost(int batches) throws InterruptedException {
        while (learning > batches) {
            mailbox.yield();
        }
    }

    private void publish(PendingBatch batch, Future<Learner.Learned> result) throws Exception {
        learning--;
        Learner.Learned learned = Learner.get(result);
        stepNanos.inc(learned.nanos());
        steps.inc();
        impressions.inc(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            emit(batch, i, learned.result());
        }
        rows.count(learned.result());
        for (Evicted evicted : learned.result().evicted()) {
            bury(evicted, batch.lastEventTime(), learned.steps());
        }
        learned.result().health().ifPresent(health -> tell(HealthRecords.report(health), batch, learned));
        learned.result().skipped().ifPresent(reason -> {
            skippedSteps.inc();
            tell(new SkippedStep(reason, batch.offsets()), batch, learned);
            log.warn("skipped-step", "model", spec.name(), "reason", reason, "offsets", batch.offsetsInWords());
        });
        published.clear();
        spare.push(published);
        published = batch;
    }

    /** Emits a prediction for each label of an impression, or a dead letter if one of its logits is not finite. */
    private void emit(PendingBatch batch, int sample, StepResult result) {
        Impression impression = batch.impression(sample);
        ConsumedRecord record = batch.record(sample);
        int tasks = spec.tasks().size();
        for (int task = 0; task < tasks; task++) {
            if (Double.isNaN(result.scores()[sample * tasks + task])) {
                refuse(record, "the model's logit for this impression is not finite");
                return;
            }
        }
        for (int task = 0; task < tasks; task++) {
            Boolean label = impression.getLabels().get(spec.tasks().get(task));
            if (label != null) {
                double score = result.scores()[sample * tasks + task];
                output.collect(
                        prediction(impression, record, spec.tasks().get(task), label, score, result.trainedSteps()));
            }
        }
    }

    private StreamRecord<Prediction> prediction(
            Impression impression, ConsumedRecord record, String task, boolean label, double score, long trainedSteps) {
        Prediction prediction = Prediction.newBuilder()
                .setImpressionId(impression.getId())
                .setImpressionPartition(record.partition())
                .setImpressionOffset(record.offset())
                .setEventTimeMs(impression.getEventTimeMs())
                .setModel(spec.name())
                .setStep(trainedSteps)
                .setDomain(impression.getDomain())
                .setUser(impression.getUser())
                .setTask(task)
                .setLabel(label)
                .setScore(score)
                .build();
        return new StreamRecord<>(prediction, impression.getEventTimeMs());
    }

    private void refuse(ConsumedRecord record, String reason) {
        deadLetters.inc();
        output.collect(DeadLetters.TAG, new StreamRecord<>(DeadLetters.letter(record, reason, refusedBy(spec))));
    }

    private void bury(Evicted evicted, long eventTime, long step) {
        output.collect(
                RowTombstones.TAG,
                new StreamRecord<>(RowTombstones.record(evicted, spec.name(), eventTime, step), eventTime));
    }

    private void tell(Object event, PendingBatch batch, Learner.Learned learned) {
        long eventTime = batch.lastEventTime();
        ModelHealth record = new ModelHealth(spec.name(), eventTime, learned.steps(), learned.skippedSteps(), event);
        output.collect(HealthRecords.TAG, new StreamRecord<>(record, eventTime));
    }

    @Override
    public void finish() throws Exception {
        step();
        awaitLearningAtMost(0);
        super.finish();
    }

    /** What is published here still comes before the barrier, so in the transactions that the checkpoint commits. */
    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        writeRowsEarlyNextTime();
        awaitLearningAtMost(0);
        super.prepareSnapshotPreBarrier(checkpointId);
    }

    /** Flink takes a job's first checkpoint at some random time within an interval: rows are written again and again until then. */
    private void writeRowsEarlyUntilTheFirstBarrier() {
        if (checkpointMillis <= 0) {
            return;
        }
        long due = getProcessingTimeService().getCurrentProcessingTime() + (long) (EARLY_SHARE * checkpointMillis);
        ScheduledFuture<?> unused = getProcessingTimeService().registerTimer(due, time -> {
            if (lastBarrier < 0) {
                rows.beginEarlyWrites();
                writeRowsEarlyUntilTheFirstBarrier();
            }
        });
    }

    /** The next barrier is due after the configured time, or after as long as this one took if that was longer. */
    private void writeRowsEarlyNextTime() {
        long before = lastBarrier;
        lastBarrier = getProcessingTimeService().getCurrentProcessingTime();
        long interval = before < 0 ? checkpointMillis : Math.max(checkpointMillis, lastBarrier - before);
        if (interval > 0) {
            long due = lastBarrier + interval - (long) (EARLY_SHARE * interval);
            ScheduledFuture<?> unused = getProcessingTimeService().registerTimer(due, time -> rows.beginEarlyWrites());
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        if (learning > 0) {
            throw new IllegalStateException(
                    learning + " mini-batches are being learned from; expected none at a snapshot");
        }
        byte[] dense = Sealed.seal(learner.trainer().snapshot());
        Optional<byte[]> unfinished = learner.unfinished().map(Sealed::seal);
        checkpoints.require(dense.length + unfinished.map(bytes -> bytes.length).orElse(0) + rows.dirtyBytes());
        rows.flush();
        specState.update(List.of(specYaml));
        denseState.update(List.of(dense));
        pendingState.update(pending.records());
        unfinishedState.update(unfinished.map(List::of).orElse(List.of()));
        unfinishedRecordsState.update(unfinished.isPresent() ? published.records() : List.of());
        log.info(
                "snapshot",
                "model",
                spec.name(),
                "checkpoint",
                context.getCheckpointId(),
                "steps",
                learner.trainer().steps(),
                "pending",
                pending.offsetsInWords());
    }

    @Override
    public void close() throws Exception {
        IOUtils.closeAll(learner, rows, super::close);
    }
}

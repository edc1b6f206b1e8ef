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
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.StepResult;
import io.caiman.model.train.Trainer;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.SkippedStep;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
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

/**
 * Learns from impressions in mini-batches and emits a prediction for each label they have, in the order they came. A thin adapter: the
 * learning is {@link Trainer}'s.
 *
 * <p>Everything the outcome depends on is in one checkpoint: the pending mini-batch, the dense weights with their
 * optimizer, and the rows. So a job that is killed and restored gives what an uninterrupted one gives, bit for bit on
 * the CPU, as long as batches close by count or by an end-of-log record ({@code batch.max-wait-millis} is 0).
 */
final class TrainingOperator extends AbstractStreamOperator<Prediction>
        implements OneInputStreamOperator<ConsumedRecord, Prediction> {

    private static final long serialVersionUID = 1;

    private static final String DENSE_STATE = Sealed.STATE_PREFIX + "dense-weights";

    private final String specYaml;
    private final TrainingOptions options;
    private final CheckpointRoom checkpoints;

    private transient ModelSpec spec;
    private transient RecordDecoder<Impression> decoder;
    private transient ImpressionFeatures features;
    private transient TrainedRows rows;
    private transient Trainer trainer;
    private transient PendingBatch pending;
    private transient MiniBatch batch;
    private transient JobLog log;

    private transient ListState<String> specState;
    private transient ListState<byte[]> denseState;
    private transient ListState<ConsumedRecord> pendingState;

    private transient Counter impressions;
    private transient Counter deadLetters;
    private transient Counter steps;
    private transient Counter skippedSteps;
    private transient Counter stepNanos;

    @SuppressWarnings("NullAway.Init") // transient fields are set by initializeState, on the task that runs this
    TrainingOperator(ModelSpec spec, TrainingOptions options, CheckpointRoom checkpoints) {
        this.specYaml = SpecReader.write(spec);
        this.options = options;
        this.checkpoints = checkpoints;
    }

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
        pending = new PendingBatch();
        batch = new MiniBatch(spec.features().size(), spec.tasks().size());
        impressions = getMetricGroup().counter(TrainingMetrics.IMPRESSIONS);
        deadLetters = getMetricGroup().counter(DeadLetters.COUNTER);
        steps = getMetricGroup().counter(TrainingMetrics.STEPS);
        skippedSteps = getMetricGroup().counter(TrainingMetrics.SKIPPED_STEPS);
        stepNanos = getMetricGroup().counter(TrainingMetrics.STEP_NANOS);
        checkSpec();
        rows = new TrainedRows(getKeyedStateBackend(), spec, options);
        rows.register(getMetricGroup());
        trainer = new Trainer(spec, rows.tables(), options.device());
        for (byte[] stored : denseState.get()) {
            trainer.restore(Sealed.open(stored));
        }
        features = new ImpressionFeatures(spec, trainer.domains());
        decoder = new RecordDecoder<>(RecordCodec.of(Impression.class), refusedBy(spec), features::problem);
        for (ConsumedRecord record : pendingState.get()) {
            if (decoder.decode(record) instanceof Decoding.Decoded<Impression> decoded) {
                hold(record, decoded.record());
            }
        }
        log = new JobLog(TrainingOperator.class, getRuntimeContext());
        if (context.isRestored()) {
            log.info("restored", "model", spec.name(), "steps", trainer.steps(), "pending", pending.offsetsInWords());
        }
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
        if (pending.size() > 0) {
            stepAfterMaxWait();
        }
        if (pending.size() >= spec.batch().size()) {
            step();
        }
    }

    @Override
    public void processElement(StreamRecord<ConsumedRecord> element) {
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

    /** Has an impression wait for its mini-batch. */
    private void hold(ConsumedRecord record, Impression impression) {
        features.accept(impression);
        pending.add(record, impression);
    }

    private void accept(ConsumedRecord record, Impression impression) {
        hold(record, impression);
        if (pending.size() == 1) {
            stepAfterMaxWait();
        }
        if (pending.size() >= spec.batch().size()) {
            step();
        }
    }

    /** Learns from the pending mini-batch once its first impression has waited long enough, unless it filled before. */
    private void stepAfterMaxWait() {
        long before = batchesTaken();
        spec.batch().maxWait().ifPresent(wait -> {
            long due = getProcessingTimeService().getCurrentProcessingTime() + wait.toMillis();
            ScheduledFuture<?> unused = getProcessingTimeService().registerTimer(due, time -> {
                if (batchesTaken() == before) {
                    step();
                }
            });
        });
    }

    /** Mini-batches the trainer was given, those it skipped included. */
    private long batchesTaken() {
        return trainer.steps() + trainer.skippedSteps();
    }

    private void step() {
        if (pending.size() == 0) {
            return;
        }
        long start = System.nanoTime();
        for (int i = 0; i < pending.size(); i++) {
            features.add(pending.impression(i), batch);
        }
        StepResult result = trainer.step(batch);
        batch.clear();
        stepNanos.inc(System.nanoTime() - start);
        steps.inc();
        impressions.inc(pending.size());
        for (int i = 0; i < pending.size(); i++) {
            emit(i, result);
        }
        rows.count(result);
        for (Evicted evicted : result.evicted()) {
            bury(evicted);
        }
        result.health().ifPresent(health -> tell(HealthRecords.report(health)));
        result.skipped().ifPresent(reason -> {
            skippedSteps.inc();
            tell(new SkippedStep(reason, pending.offsets()));
            log.warn("skipped-step", "model", spec.name(), "reason", reason, "offsets", pending.offsetsInWords());
        });
        pending.clear();
    }

    /** Emits a prediction for each label of an impression, or a dead letter if one of its logits is not finite. */
    private void emit(int sample, StepResult result) {
        Impression impression = pending.impression(sample);
        ConsumedRecord record = pending.record(sample);
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

    private void bury(Evicted evicted) {
        long eventTime = lastEventTime();
        output.collect(
                RowTombstones.TAG,
                new StreamRecord<>(RowTombstones.record(evicted, spec.name(), eventTime, trainer.steps()), eventTime));
    }

    private long lastEventTime() {
        return pending.impression(pending.size() - 1).getEventTimeMs();
    }

    private void tell(Object event) {
        long eventTime = lastEventTime();
        ModelHealth record = new ModelHealth(spec.name(), eventTime, trainer.steps(), trainer.skippedSteps(), event);
        output.collect(HealthRecords.TAG, new StreamRecord<>(record, eventTime));
    }

    @Override
    public void finish() throws Exception {
        step();
        super.finish();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        byte[] dense = Sealed.seal(trainer.snapshot());
        checkpoints.require(dense.length + rows.dirtyBytes());
        rows.flush();
        specState.update(List.of(specYaml));
        denseState.update(List.of(dense));
        pendingState.update(pending.records());
        log.info(
                "snapshot",
                "model",
                spec.name(),
                "checkpoint",
                context.getCheckpointId(),
                "steps",
                trainer.steps(),
                "pending",
                pending.offsetsInWords());
    }

    @Override
    public void close() throws Exception {
        if (trainer != null) {
            trainer.close();
        }
        if (rows != null) {
            rows.close();
        }
        super.close();
    }
}

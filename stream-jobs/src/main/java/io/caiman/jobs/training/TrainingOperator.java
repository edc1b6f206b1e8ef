package io.caiman.jobs.training;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.DeadLetters;
import io.caiman.jobs.connect.Decoding;
import io.caiman.jobs.connect.RecordDecoder;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.StepResult;
import io.caiman.model.train.Trainer;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.formats.avro.typeutils.AvroSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Learns from impressions in mini-batches and emits a prediction for each, in the order they came. A thin adapter: the
 * learning is {@link Trainer}'s.
 *
 * <p>Everything the outcome depends on is in one checkpoint: the pending mini-batch, the dense weights with their
 * optimizer, and the rows. So a job that is killed and restored gives what an uninterrupted one gives, bit for bit on
 * the CPU, as long as batches close by count or by an end-of-log record ({@code batch.max-wait-millis} is 0).
 */
final class TrainingOperator extends AbstractStreamOperator<Prediction>
        implements OneInputStreamOperator<ConsumedRecord, Prediction> {

    private static final long serialVersionUID = 1;

    private final String specYaml;
    private final TrainingOptions options;

    private transient ModelSpec spec;
    private transient RecordDecoder<Impression> decoder;
    private transient ImpressionFeatures features;
    private transient KeyedStateEmbeddingStore store;
    private transient Trainer trainer;
    private transient List<Impression> pending;
    private transient MiniBatch batch;

    private transient ListState<String> specState;
    private transient ListState<byte[]> denseState;
    private transient ListState<Impression> pendingState;

    private transient Counter impressions;
    private transient Counter deadLetters;
    private transient Counter steps;
    private transient Counter stepNanos;

    @SuppressWarnings("NullAway.Init") // transient fields are set by initializeState, on the task that runs this
    TrainingOperator(ModelSpec spec, TrainingOptions options) {
        this.specYaml = SpecReader.write(spec);
        this.options = options;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        spec = SpecReader.parse("the job's model spec", specYaml);
        RowInitializer initializer = new RowInitializer(spec);
        MapState<Long, byte[]> rows = context.getKeyedStateStore()
                .getMapState(new MapStateDescriptor<>(
                        "rows", LongSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE));
        store = new KeyedStateEmbeddingStore(
                rows, this::setCurrentKey, new RowShards(maxParallelism()), initializer, options.cachedRows());
        trainer = new Trainer(spec, store, options.device());
        specState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("model-spec", StringSerializer.INSTANCE));
        denseState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("dense-weights", BytePrimitiveArraySerializer.INSTANCE));
        pendingState = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("pending-mini-batch", new AvroSerializer<>(Impression.class)));
        pending = new ArrayList<>(spec.batch().size());
        batch = new MiniBatch(spec.features().size());
        features = new ImpressionFeatures(spec);
        decoder = new RecordDecoder<>(RecordCodec.of(Impression.class), features::problem);
        impressions = getMetricGroup().counter(TrainingMetrics.IMPRESSIONS);
        deadLetters = getMetricGroup().counter(DeadLetters.COUNTER);
        steps = getMetricGroup().counter(TrainingMetrics.STEPS);
        stepNanos = getMetricGroup().counter(TrainingMetrics.STEP_NANOS);
        if (context.isRestored()) {
            restore();
        }
    }

    private void restore() throws Exception {
        for (String stored : specState.get()) {
            SpecCompatibility.check(SpecReader.parse("the model spec in the checkpoint", stored), spec);
        }
        for (byte[] stored : denseState.get()) {
            trainer.restore(stored);
        }
        for (Impression impression : pendingState.get()) {
            pending.add(impression);
        }
    }

    private int maxParallelism() {
        return getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
    }

    @Override
    public void open() throws Exception {
        super.open();
        if (!pending.isEmpty()) {
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
            accept(decoded.record());
        } else if (decoding instanceof Decoding.Malformed<Impression> malformed) {
            deadLetters.inc();
            output.collect(DeadLetters.TAG, new StreamRecord<>(malformed.letter()));
        } else {
            step();
        }
    }

    private void accept(Impression impression) {
        pending.add(impression);
        if (pending.size() == 1) {
            stepAfterMaxWait();
        }
        if (pending.size() >= spec.batch().size()) {
            step();
        }
    }

    /** Learns from the pending mini-batch once its first impression has waited long enough, unless it filled before. */
    private void stepAfterMaxWait() {
        long waiting = trainer.steps();
        spec.batch().maxWait().ifPresent(wait -> {
            long due = getProcessingTimeService().getCurrentProcessingTime() + wait.toMillis();
            ScheduledFuture<?> unused = getProcessingTimeService().registerTimer(due, time -> {
                if (trainer.steps() == waiting) {
                    step();
                }
            });
        });
    }

    private void step() {
        if (pending.isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        for (Impression impression : pending) {
            features.add(impression, batch);
        }
        StepResult result = trainer.step(batch);
        batch.clear();
        stepNanos.inc(System.nanoTime() - start);
        steps.inc();
        impressions.inc(pending.size());
        for (int i = 0; i < pending.size(); i++) {
            emit(pending.get(i), result.scores()[i], result.trainedSteps());
        }
        pending.clear();
    }

    private void emit(Impression impression, double score, long trainedSteps) {
        Prediction prediction = Prediction.newBuilder()
                .setImpressionId(impression.getId())
                .setEventTimeMs(impression.getEventTimeMs())
                .setModel(spec.name())
                .setStep(trainedSteps)
                .setDomain(impression.getDomain())
                .setUser(impression.getUser())
                .setTask(spec.task())
                .setLabel(features.label(impression))
                .setScore(score)
                .build();
        output.collect(new StreamRecord<>(prediction, impression.getEventTimeMs()));
    }

    @Override
    public void finish() throws Exception {
        step();
        super.finish();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        store.flush();
        specState.update(List.of(specYaml));
        denseState.update(List.of(trainer.snapshot()));
        pendingState.update(pending);
    }

    @Override
    public void close() throws Exception {
        if (trainer != null) {
            trainer.close();
        }
        super.close();
    }
}

package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.SerializerType;
import io.caiman.jobs.predictions.Buckets;
import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.jobs.predictions.PredictionBatcher;
import io.caiman.jobs.predictions.Scope;
import io.caiman.jobs.predictions.ScopeSerializer;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFinalizer;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** Both stages one behind the other, with the clock and the watermark in the test's hand. */
@SuppressWarnings("try") // closing may be interrupted
final class Stages implements AutoCloseable {

    static final int LABELS = 3;

    /** What a checkpoint of both stages holds. */
    record Snapshot(OperatorSubtaskState users, OperatorSubtaskState scopes) {}

    private final OneInputStreamOperatorTestHarness<IncomingPrediction, Observations> batches;
    private final KeyedOneInputStreamOperatorTestHarness<Integer, Observations, Partials> users;
    private final KeyedOneInputStreamOperatorTestHarness<Scope, Partials, DomainMetrics> scopes;
    private final List<DomainMetrics> records = new ArrayList<>();

    private final CountingMetrics metrics = new CountingMetrics();
    private long checkpoints;

    private Stages(Panes panes, List<Integer> last, long refresh, boolean rocks) throws Exception {
        MockEnvironment environment =
                new MockEnvironmentBuilder().setMetricGroup(metrics).build();
        batches = new OneInputStreamOperatorTestHarness<>(
                new PredictionBatcher<>(IncomingPrediction::user, Observations::new, refresh));
        users = new KeyedOneInputStreamOperatorTestHarness<>(
                new UserStage(panes, !last.isEmpty(), refresh),
                batch -> Buckets.key(batch.bucket()),
                Types.INT,
                environment);
        scopes = new KeyedOneInputStreamOperatorTestHarness<>(
                new ScopeStage(panes, last, refresh, LABELS),
                Partials::key,
                SerializerType.ofKey(Scope.class, ScopeSerializer.INSTANCE));
        if (rocks) {
            users.setStateBackend(new EmbeddedRocksDBStateBackend());
            scopes.setStateBackend(new EmbeddedRocksDBStateBackend());
        }
        batches.setup(ObservationsSerializer.INSTANCE);
        users.setup(PartialsSerializer.INSTANCE);
        scopes.setup(AvroRecordType.of(DomainMetrics.class).createSerializer(new SerializerConfigImpl()));
    }

    static Stages start(Panes panes, long refresh, boolean rocks) throws Exception {
        return start(panes, List.of(), refresh, rocks);
    }

    static Stages start(Panes panes, List<Integer> last, long refresh, boolean rocks) throws Exception {
        Stages stages = new Stages(panes, last, refresh, rocks);
        stages.batches.open();
        stages.users.open();
        stages.scopes.open();
        return stages;
    }

    static Stages restore(Panes panes, List<Integer> last, long refresh, boolean rocks, Snapshot snapshot)
            throws Exception {
        Stages stages = new Stages(panes, last, refresh, rocks);
        stages.users.initializeState(snapshot.users());
        stages.scopes.initializeState(snapshot.scopes());
        stages.batches.open();
        stages.users.open();
        stages.scopes.open();
        return stages;
    }

    void process(Prediction... predictions) throws Exception {
        for (Prediction prediction : predictions) {
            batches.processElement(new StreamRecord<>(IncomingPrediction.of(prediction), prediction.getEventTimeMs()));
        }
    }

    /** Both stages learn of a watermark. */
    void watermark(long eventTime) throws Exception {
        usersWatermark(eventTime);
        scopes.processWatermark(eventTime);
        collect();
    }

    /** The first stage is ahead of another that the second stage waits for. */
    void usersWatermark(long eventTime) throws Exception {
        batches.processWatermark(eventTime);
        forward();
        users.processWatermark(eventTime);
        forward();
    }

    /** The clock moves to this time, in ms. */
    void clock(long time) throws Exception {
        batches.setProcessingTime(time);
        forward();
        users.setProcessingTime(time);
        forward();
        scopes.setProcessingTime(time);
        collect();
    }

    Snapshot snapshot() throws Exception {
        checkpoints++;
        batches.prepareSnapshotPreBarrier(checkpoints);
        forward();
        users.prepareSnapshotPreBarrier(checkpoints);
        forward();
        scopes.prepareSnapshotPreBarrier(checkpoints);
        collect();
        return new Snapshot(users.snapshot(checkpoints, checkpoints), scopes.snapshot(checkpoints, checkpoints));
    }

    /** A snapshot of which that of the second stage is written only after these have arrived there. */
    Snapshot snapshotWhile(Prediction... arriving) throws Exception {
        Snapshot before = snapshot();
        checkpoints++;
        OperatorSnapshotFutures writing = scopes.getOneInputOperator()
                .snapshotState(
                        checkpoints,
                        checkpoints,
                        CheckpointOptions.forCheckpointWithDefaultLocation(),
                        new MemCheckpointStreamFactory(JobManagerCheckpointStorage.DEFAULT_MAX_STATE_SIZE));
        process(arriving);
        batches.prepareSnapshotPreBarrier(checkpoints);
        forward();
        users.prepareSnapshotPreBarrier(checkpoints);
        forward();
        return new Snapshot(
                before.users(), OperatorSnapshotFinalizer.create(writing).getJobManagerOwnedState());
    }

    /** All records since the last call. */
    List<DomainMetrics> takeRecords() {
        List<DomainMetrics> taken = List.copyOf(records);
        records.clear();
        return taken;
    }

    /** State entries of both stages; only of the heap state backend. */
    int stateEntries() {
        return entries(users) + entries(scopes);
    }

    long counter(String name) {
        return ((Counter) metrics.operator.get(name)).getCount();
    }

    @Override
    public void close() throws Exception {
        batches.close();
        users.close();
        scopes.close();
    }

    private void forward() throws Exception {
        for (Observations batch : batches.extractOutputValues()) {
            users.processElement(new StreamRecord<>(batch));
        }
        batches.getOutput().clear();
        for (Partials partials : users.extractOutputValues()) {
            scopes.processElement(new StreamRecord<>(partials));
        }
        users.getOutput().clear();
    }

    private void collect() {
        records.addAll(scopes.extractOutputValues());
        scopes.getOutput().clear();
    }

    private static int entries(KeyedOneInputStreamOperatorTestHarness<?, ?, ?> harness) {
        AbstractStreamOperator<?> operator = (AbstractStreamOperator<?>) harness.getOperator();
        return ((HeapKeyedStateBackend<?>) operator.getKeyedStateBackend()).numKeyValueStateEntries();
    }

    private static final class CountingMetrics extends InterceptingTaskMetricGroup {
        private final InterceptingOperatorMetricGroup operator = new InterceptingOperatorMetricGroup();

        @Override
        public InternalOperatorMetricGroup getOrAddOperator(
                OperatorID id, String name, Map<String, String> additionalVariables) {
            return operator;
        }
    }
}

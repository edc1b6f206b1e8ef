package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.SerializerType;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.predictions.Buckets;
import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.jobs.predictions.PredictionBatcher;
import io.caiman.jobs.predictions.Scope;
import io.caiman.jobs.predictions.ScopeSerializer;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** Both stages one behind the other, with the clock and the watermark in the test's hand. */
@SuppressWarnings("try") // closing may be interrupted
final class Stages implements AutoCloseable {

    /** What a checkpoint of both stages holds. */
    record Snapshot(OperatorSubtaskState pairing, OperatorSubtaskState comparing) {}

    private final OneInputStreamOperatorTestHarness<IncomingPrediction, Scores> batches;
    private final KeyedOneInputStreamOperatorTestHarness<Integer, Scores, ScopedPairs> pairing;
    private final KeyedOneInputStreamOperatorTestHarness<Scope, ScopedPairs, ModelComparison> comparing;
    private final List<ModelComparison> records = new ArrayList<>();
    private long checkpoints;
    private final CountingMetrics metrics = new CountingMetrics();

    private Stages(LeaderboardOptions options, boolean rocks) throws Exception {
        MockEnvironment environment =
                new MockEnvironmentBuilder().setMetricGroup(metrics).build();
        batches = new OneInputStreamOperatorTestHarness<>(new PredictionBatcher<>(
                IncomingPrediction::impression, Scores::new, options.refresh().toMillis()));
        pairing = new KeyedOneInputStreamOperatorTestHarness<>(
                new PairingStage(options), scores -> Buckets.key(scores.bucket()), Types.INT, environment);
        comparing = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new ComparisonStage(options)),
                ScopedPairs::scope,
                SerializerType.ofKey(Scope.class, ScopeSerializer.INSTANCE));
        if (rocks) {
            pairing.setStateBackend(new EmbeddedRocksDBStateBackend());
            comparing.setStateBackend(new EmbeddedRocksDBStateBackend());
        }
        batches.setup(ScoresSerializer.INSTANCE);
        pairing.setup(ScopedPairsSerializer.INSTANCE);
        comparing.setup(AvroRecordType.of(ModelComparison.class).createSerializer(new SerializerConfigImpl()));
    }

    static Stages start(LeaderboardOptions options, boolean rocks) throws Exception {
        Stages stages = new Stages(options, rocks);
        stages.batches.open();
        stages.pairing.open();
        stages.comparing.open();
        return stages;
    }

    static Stages restore(LeaderboardOptions options, boolean rocks, Snapshot snapshot) throws Exception {
        Stages stages = new Stages(options, rocks);
        stages.pairing.initializeState(snapshot.pairing());
        stages.comparing.initializeState(snapshot.comparing());
        stages.batches.open();
        stages.pairing.open();
        stages.comparing.open();
        return stages;
    }

    void process(Prediction... predictions) throws Exception {
        for (Prediction prediction : predictions) {
            batches.processElement(new StreamRecord<>(IncomingPrediction.of(prediction), prediction.getEventTimeMs()));
        }
    }

    void watermark(long eventTime) throws Exception {
        batches.processWatermark(eventTime);
        forward();
        pairing.processWatermark(eventTime);
        forward();
        comparing.processWatermark(eventTime);
        collect();
    }

    /** The clock moves to this time, in ms. */
    void clock(long time) throws Exception {
        batches.setProcessingTime(time);
        forward();
        pairing.setProcessingTime(time);
        forward();
        comparing.setProcessingTime(time);
        collect();
    }

    Snapshot snapshot() throws Exception {
        checkpoints++;
        batches.prepareSnapshotPreBarrier(checkpoints);
        forward();
        pairing.prepareSnapshotPreBarrier(checkpoints);
        forward();
        return new Snapshot(pairing.snapshot(checkpoints, checkpoints), comparing.snapshot(checkpoints, checkpoints));
    }

    /** All records since the last call. */
    List<ModelComparison> takeRecords() {
        List<ModelComparison> taken = List.copyOf(records);
        records.clear();
        return taken;
    }

    /** Predictions that wait for those of other models. */
    int waiting() {
        return ((PairingStage) pairing.getOperator()).waiting();
    }

    /** Batches in the pairing stage's state; only of the heap state backend. */
    int logEntries() {
        return entries(pairing);
    }

    /** State entries of the comparison stage; only of the heap state backend. */
    int comparisonEntries() {
        return entries(comparing);
    }

    int eventTimers() {
        return comparing.numEventTimeTimers();
    }

    long counter(String name) {
        return ((Counter) metrics.operator.get(name)).getCount();
    }

    @Override
    public void close() throws Exception {
        pairing.close();
        comparing.close();
        batches.close();
    }

    private void forward() throws Exception {
        for (Scores scores : batches.extractOutputValues()) {
            pairing.processElement(new StreamRecord<>(scores));
        }
        batches.getOutput().clear();
        for (ScopedPairs pairs : pairing.extractOutputValues()) {
            comparing.processElement(new StreamRecord<>(pairs));
        }
        pairing.getOutput().clear();
    }

    private void collect() {
        records.addAll(comparing.extractOutputValues());
        comparing.getOutput().clear();
    }

    private static int entries(KeyedOneInputStreamOperatorTestHarness<?, ?, ?> harness) {
        var operator = (AbstractStreamOperator<?>) harness.getOperator();
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

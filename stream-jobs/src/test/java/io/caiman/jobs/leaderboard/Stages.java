package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.SerializerType;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.predictions.Scope;
import io.caiman.jobs.predictions.ScopeSerializer;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
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
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** Both stages one behind the other, with the clock and the watermark in the test's hand. */
@SuppressWarnings("try") // closing may be interrupted
final class Stages implements AutoCloseable {

    /** What a checkpoint of both stages holds. */
    record Snapshot(OperatorSubtaskState pairing, OperatorSubtaskState comparing) {}

    private final KeyedOneInputStreamOperatorTestHarness<ImpressionKey, ModelScore, ScopedPair> pairing;
    private final KeyedOneInputStreamOperatorTestHarness<Scope, ScopedPair, ModelComparison> comparing;
    private final List<ModelComparison> records = new ArrayList<>();
    private final CountingMetrics metrics = new CountingMetrics();

    private Stages(LeaderboardOptions options, boolean rocks) throws Exception {
        MockEnvironment environment =
                new MockEnvironmentBuilder().setMetricGroup(metrics).build();
        pairing = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(
                        new PairingStage(options.baseline(), options.patience().toMillis())),
                ModelScore::impression,
                SerializerType.ofKey(ImpressionKey.class, ImpressionKeySerializer.INSTANCE),
                environment);
        comparing = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new ComparisonStage(options)),
                ScopedPair::scope,
                SerializerType.ofKey(Scope.class, ScopeSerializer.INSTANCE));
        if (rocks) {
            pairing.setStateBackend(new EmbeddedRocksDBStateBackend());
            comparing.setStateBackend(new EmbeddedRocksDBStateBackend());
        }
        pairing.setup(ScopedPairSerializer.INSTANCE);
        comparing.setup(AvroRecordType.of(ModelComparison.class).createSerializer(new SerializerConfigImpl()));
    }

    static Stages start(LeaderboardOptions options, boolean rocks) throws Exception {
        Stages stages = new Stages(options, rocks);
        stages.pairing.open();
        stages.comparing.open();
        return stages;
    }

    static Stages restore(LeaderboardOptions options, boolean rocks, Snapshot snapshot) throws Exception {
        Stages stages = new Stages(options, rocks);
        stages.pairing.initializeState(snapshot.pairing());
        stages.comparing.initializeState(snapshot.comparing());
        stages.pairing.open();
        stages.comparing.open();
        return stages;
    }

    void process(Prediction... predictions) throws Exception {
        for (Prediction prediction : predictions) {
            pairing.processElement(new StreamRecord<>(ModelScore.of(prediction), prediction.getEventTimeMs()));
        }
        for (ScopedPair pair : pairing.extractOutputValues()) {
            comparing.processElement(new StreamRecord<>(pair));
        }
        pairing.getOutput().clear();
    }

    void watermark(long eventTime) throws Exception {
        pairing.processWatermark(eventTime);
        pairing.getOutput().clear();
        comparing.processWatermark(eventTime);
        collect();
    }

    /** The clock moves to this time, in ms. */
    void clock(long time) throws Exception {
        pairing.setProcessingTime(time);
        comparing.setProcessingTime(time);
        collect();
    }

    Snapshot snapshot() throws Exception {
        return new Snapshot(pairing.snapshot(1, 1), comparing.snapshot(1, 1));
    }

    /** All records since the last call. */
    List<ModelComparison> takeRecords() {
        List<ModelComparison> taken = List.copyOf(records);
        records.clear();
        return taken;
    }

    /** State entries of the pairing stage; only of the heap state backend. */
    int impressionsKept() {
        return entries(pairing);
    }

    /** State entries of the comparison stage; only of the heap state backend. */
    int comparisonEntries() {
        return entries(comparing);
    }

    int eventTimers() {
        return pairing.numEventTimeTimers() + comparing.numEventTimeTimers();
    }

    long counter(String name) {
        return ((Counter) metrics.operator.get(name)).getCount();
    }

    @Override
    public void close() throws Exception {
        pairing.close();
        comparing.close();
    }

    private void collect() {
        records.addAll(comparing.extractOutputValues());
        comparing.getOutput().clear();
    }

    private static int entries(KeyedOneInputStreamOperatorTestHarness<?, ?, ?> harness) {
        KeyedProcessOperator<?, ?, ?> operator = (KeyedProcessOperator<?, ?, ?>) harness.getOperator();
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

package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.SerializerType;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.util.ListCollector;
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
    record Snapshot(OperatorSubtaskState users, OperatorSubtaskState scopes) {}

    private final KeyedOneInputStreamOperatorTestHarness<ScopedUser, UserObservation, Partial> users;
    private final KeyedOneInputStreamOperatorTestHarness<Scope, Partial, DomainMetrics> scopes;
    private final FanOut fanOut = new FanOut();
    private final List<DomainMetrics> records = new ArrayList<>();

    private final CountingMetrics metrics = new CountingMetrics();

    private Stages(Panes panes, long refresh, boolean rocks) throws Exception {
        MockEnvironment environment =
                new MockEnvironmentBuilder().setMetricGroup(metrics).build();
        users = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new UserStage(panes, refresh)),
                UserObservation::user,
                SerializerType.ofKey(ScopedUser.class, ScopedUserSerializer.INSTANCE),
                environment);
        scopes = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new ScopeStage(panes, refresh)),
                Partial::scope,
                SerializerType.ofKey(Scope.class, ScopeSerializer.INSTANCE));
        if (rocks) {
            users.setStateBackend(new EmbeddedRocksDBStateBackend());
            scopes.setStateBackend(new EmbeddedRocksDBStateBackend());
        }
        users.setup(PartialSerializer.INSTANCE);
        scopes.setup(AvroRecordType.of(DomainMetrics.class).createSerializer(new SerializerConfigImpl()));
    }

    static Stages start(Panes panes, long refresh, boolean rocks) throws Exception {
        Stages stages = new Stages(panes, refresh, rocks);
        stages.users.open();
        stages.scopes.open();
        return stages;
    }

    static Stages restore(Panes panes, long refresh, boolean rocks, Snapshot snapshot) throws Exception {
        Stages stages = new Stages(panes, refresh, rocks);
        stages.users.initializeState(snapshot.users());
        stages.scopes.initializeState(snapshot.scopes());
        stages.users.open();
        stages.scopes.open();
        return stages;
    }

    void process(Prediction... predictions) throws Exception {
        for (Prediction prediction : predictions) {
            List<UserObservation> observations = new ArrayList<>();
            fanOut.flatMap(prediction, new ListCollector<>(observations));
            for (UserObservation observation : observations) {
                users.processElement(new StreamRecord<>(observation, observation.eventTime()));
            }
        }
        forward();
    }

    /** Both stages learn of a watermark. */
    void watermark(long eventTime) throws Exception {
        usersWatermark(eventTime);
        scopes.processWatermark(eventTime);
        collect();
    }

    /** The first stage is ahead of another that the second stage waits for. */
    void usersWatermark(long eventTime) throws Exception {
        users.processWatermark(eventTime);
        forward();
    }

    /** The clock moves to this time, in ms. */
    void clock(long time) throws Exception {
        users.setProcessingTime(time);
        forward();
        scopes.setProcessingTime(time);
        collect();
    }

    Snapshot snapshot() throws Exception {
        return new Snapshot(users.snapshot(1, 1), scopes.snapshot(1, 1));
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

    int eventTimers() {
        return users.numEventTimeTimers() + scopes.numEventTimeTimers();
    }

    @Override
    public void close() throws Exception {
        users.close();
        scopes.close();
    }

    private void forward() throws Exception {
        for (Partial partial : users.extractOutputValues()) {
            scopes.processElement(new StreamRecord<>(partial));
        }
        users.getOutput().clear();
    }

    private void collect() {
        records.addAll(scopes.extractOutputValues());
        scopes.getOutput().clear();
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

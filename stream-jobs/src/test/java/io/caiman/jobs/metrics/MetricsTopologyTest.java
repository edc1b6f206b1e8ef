package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole topology on a local cluster, against a recomputation of everything it publishes. */
class MetricsTopologyTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private static final long OUT_OF_ORDER_MS = 15_000;
    private static final MetricsOptions OPTIONS = Reference.options(
            Duration.ofSeconds(10),
            Duration.ofMillis(OUT_OF_ORDER_MS),
            Duration.ofMillis(50),
            Duration.ofSeconds(60),
            Duration.ofSeconds(20));

    @ParameterizedTest
    @ValueSource(strings = {"hashmap", "rocksdb"})
    void every_window_and_the_last_cumulative_figures_equal_a_recomputation(String stateBackend) throws Exception {
        List<Prediction> all = Reference.predictions(11, 4_000, 60, 1_700_000_000_123L, 60);
        // A stretch without any prediction, longer than a window.
        all.addAll(Reference.predictions(12, 1_000, 60, all.get(all.size() - 1).getEventTimeMs() + 200_000, 60));

        List<DomainMetrics> records = run(stateBackend, all);

        Reference.assertSame(Reference.latest(records, WindowKind.ROLLING), Reference.rolling(all, Panes.of(OPTIONS)));
        Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), Reference.cumulative(all));
        assertThat(records.stream()
                        .filter(r -> r.getKind() == WindowKind.ROLLING)
                        .map(Records::key))
                .as("each window is published once")
                .doesNotHaveDuplicates();
    }

    @SuppressWarnings("try") // closing the iterator may be interrupted
    private static List<DomainMetrics> run(String stateBackend, List<Prediction> all) throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("pipeline.generic-types", "false");
        configuration.setString("state.backend.type", stateBackend);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        List<Prediction> one = new ArrayList<>();
        List<Prediction> other = new ArrayList<>();
        for (Prediction prediction : Reference.outOfOrder(all, 13, OUT_OF_ORDER_MS)) {
            (prediction.getUser().hashCode() % 3 == 0 ? one : other).add(prediction);
        }
        DataStream<DomainMetrics> figures =
                MetricsTopology.build(source(env, one).union(source(env, other)), OPTIONS);
        List<DomainMetrics> records = new ArrayList<>();
        try (CloseableIterator<DomainMetrics> iterator = figures.executeAndCollect()) {
            iterator.forEachRemaining(records::add);
        }
        return records;
    }

    private static DataStream<Prediction> source(StreamExecutionEnvironment env, List<Prediction> predictions) {
        return env.fromData(predictions, AvroRecordType.of(Prediction.class))
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Prediction>forBoundedOutOfOrderness(
                                OPTIONS.watermarks().outOfOrderness())
                        .withTimestampAssigner((prediction, before) -> prediction.getEventTimeMs()));
    }
}

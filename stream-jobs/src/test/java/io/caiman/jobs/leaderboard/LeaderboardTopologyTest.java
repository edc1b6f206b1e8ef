package io.caiman.jobs.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.options.LeastEvidence;
import io.caiman.jobs.options.WatermarkOptions;
import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
class LeaderboardTopologyTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(5);
    private static final LeaderboardOptions OPTIONS = new LeaderboardOptions(
            Reference.BASELINE,
            Duration.ofSeconds(20),
            List.of(Duration.ofSeconds(40), Duration.ofSeconds(100)),
            Duration.ofHours(1),
            new WatermarkOptions(Duration.ofSeconds(5), Duration.ofSeconds(30), List.of(), Duration.ofMinutes(10)),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            1_000_000,
            100_000,
            new LeastEvidence(20, 20, 8));

    @ParameterizedTest
    @ValueSource(strings = {"hashmap", "rocksdb"})
    void every_comparison_equals_a_recomputation(String stateBackend) throws Exception {
        List<Prediction> all = Reference.predictions(31, 1_500, 40, 1_700_000_000_123L, 300);
        // A stretch without any prediction, longer than a window.
        all.addAll(moved(Reference.predictions(32, 300, 40, 1_700_001_000_000L, 300)));

        List<ModelComparison> records = run(stateBackend, all);

        Reference.assertSame(Reference.latest(records, WindowKind.ROLLING), Reference.rolling(all, OPTIONS));
        Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), Reference.cumulative(all, OPTIONS));
        assertThat(records.stream().filter(r -> r.getTooLittle() == null)).isNotEmpty();
    }

    /** As other impressions than the first ones. */
    private static List<Prediction> moved(List<Prediction> predictions) {
        return predictions.stream()
                .map(p -> Prediction.newBuilder(p)
                        .setImpressionId("later " + p.getImpressionId())
                        .setImpressionOffset(p.getImpressionOffset() + 100_000)
                        .build())
                .toList();
    }

    @SuppressWarnings("try") // closing the iterator may be interrupted
    private static List<ModelComparison> run(String stateBackend, List<Prediction> all) throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("pipeline.generic-types", "false");
        configuration.setString("state.backend.type", stateBackend);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        List<Prediction> one = new ArrayList<>();
        List<Prediction> other = new ArrayList<>();
        for (Prediction prediction :
                Reference.arriving(all, 33, OUT_OF_ORDERNESS.toMillis(), Map.of("challenger", 70_000L))) {
            (prediction.getUser().hashCode() % 3 == 0 ? one : other).add(prediction);
        }
        DataStream<ModelComparison> comparisons = LeaderboardTopology.build(
                source(env, one)
                        .union(source(env, other))
                        .map(IncomingPrediction::of)
                        .returns(IncomingPrediction.type()),
                OPTIONS);
        List<ModelComparison> records = new ArrayList<>();
        try (CloseableIterator<ModelComparison> iterator = comparisons.executeAndCollect()) {
            iterator.forEachRemaining(records::add);
        }
        return records;
    }

    private static DataStream<Prediction> source(StreamExecutionEnvironment env, List<Prediction> predictions) {
        return env.fromData(predictions, AvroRecordType.of(Prediction.class))
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Prediction>forBoundedOutOfOrderness(OUT_OF_ORDERNESS)
                        .withTimestampAssigner((prediction, before) -> prediction.getEventTimeMs()));
    }
}

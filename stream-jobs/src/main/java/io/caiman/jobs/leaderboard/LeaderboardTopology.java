package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.Delivery;
import io.caiman.jobs.connect.RecordSink;
import io.caiman.jobs.connect.SerializerType;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.predictions.Buckets;
import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.jobs.predictions.PredictionBatcher;
import io.caiman.jobs.predictions.PredictionSource;
import io.caiman.jobs.predictions.Scope;
import io.caiman.jobs.predictions.ScopeSerializer;
import io.caiman.schemas.KafkaRight;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.ModelComparison;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The leaderboard, as a part of a job that may do more. */
public final class LeaderboardTopology {

    private LeaderboardTopology() {}

    /**
     * How models compare with the baseline.
     *
     * @param predictions with watermarks of their event time
     * @return rolling and cumulative comparisons, each a replacement of older ones with the same key
     */
    static DataStream<ModelComparison> build(DataStream<IncomingPrediction> predictions, LeaderboardOptions options) {
        return predictions
                .transform(
                        "scores",
                        SerializerType.of(Scores.class, ScoresSerializer.INSTANCE),
                        new PredictionBatcher<>(
                                IncomingPrediction::impression,
                                Scores::new,
                                options.refresh().toMillis()))
                .uid("leaderboard-scores")
                .keyBy(scores -> Buckets.key(scores.bucket()), Types.INT)
                .transform(
                        "pairs",
                        SerializerType.of(ScopedPairs.class, ScopedPairsSerializer.INSTANCE),
                        new PairingStage(options))
                .setMaxParallelism(Buckets.COUNT)
                .uid("leaderboard-pairs")
                .keyBy(ScopedPairs::scope, SerializerType.ofKey(Scope.class, ScopeSerializer.INSTANCE))
                .process(new ComparisonStage(options), AvroRecordType.of(ModelComparison.class))
                .name("comparisons")
                .uid("leaderboard-comparisons");
    }

    /** Names the consumer group, and begins the names of transactions. */
    private static String name(Topics topics, LeaderboardOptions options) {
        return "caiman-leaderboard." + topics.predictions() + "." + options.baseline();
    }

    private static String transactions(String name) {
        return name + "-comparisons";
    }

    /** What the leaderboard between topics has to be allowed. */
    public static List<KafkaRight> rights(Topics topics, LeaderboardOptions options) {
        String name = name(topics, options);
        return List.of(
                KafkaRight.read(topics.predictions()),
                KafkaRight.commitAs(name),
                KafkaRight.write(topics.modelComparisons()),
                KafkaRight.writeInTransactions(transactions(name)));
    }

    /**
     * As {@link #build(DataStream, LeaderboardOptions)}, between topics; comparisons are written exactly once. What cannot be
     * used is only counted: who measures predictions makes dead letters of it.
     */
    public static void build(StreamExecutionEnvironment env, KafkaOptions kafka, LeaderboardOptions options) {
        env.getConfig().enableObjectReuse();
        String name = name(kafka.topics(), options);
        build(PredictionSource.of(env, kafka, name, options.watermarks()).uid("leaderboard-source"), options)
                .sinkTo(RecordSink.of(
                        kafka.connection(),
                        kafka.topics().modelComparisons(),
                        ModelComparison.class,
                        Comparisons::key,
                        ModelComparison::getEndMs,
                        Delivery.exactlyOnce(transactions(name), kafka.transactionTimeout())))
                .name(kafka.topics().modelComparisons())
                .uid("leaderboard-sink");
    }
}

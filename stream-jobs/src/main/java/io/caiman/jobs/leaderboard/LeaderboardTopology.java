package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.DecodeFunction;
import io.caiman.jobs.connect.Delivery;
import io.caiman.jobs.connect.LogSource;
import io.caiman.jobs.connect.LogWatermarks;
import io.caiman.jobs.connect.RecordSink;
import io.caiman.jobs.connect.SerializerType;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.predictions.Scope;
import io.caiman.jobs.predictions.ScopeSerializer;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import java.time.Clock;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The leaderboard, as a part of a job that may do more. */
public final class LeaderboardTopology {

    private LeaderboardTopology() {}

    /**
     * How models compare with the baseline.
     *
     * @param predictions with watermarks of their event time; every score in [0, 1]
     * @return rolling and cumulative comparisons, each a replacement of older ones with the same key
     */
    public static DataStream<ModelComparison> build(DataStream<Prediction> predictions, LeaderboardOptions options) {
        return predictions
                .map(ModelScore::of)
                .returns(SerializerType.of(ModelScore.class, ModelScoreSerializer.INSTANCE))
                .name("scores")
                .uid("leaderboard-scores")
                .keyBy(
                        ModelScore::impression,
                        SerializerType.ofKey(ImpressionKey.class, ImpressionKeySerializer.INSTANCE))
                .process(
                        new PairingStage(options.baseline(), options.patience().toMillis()),
                        SerializerType.of(ScopedPair.class, ScopedPairSerializer.INSTANCE))
                .name("pairs")
                .uid("leaderboard-pairs")
                .keyBy(ScopedPair::scope, SerializerType.ofKey(Scope.class, ScopeSerializer.INSTANCE))
                .process(new ComparisonStage(options), AvroRecordType.of(ModelComparison.class))
                .name("comparisons")
                .uid("leaderboard-comparisons");
    }

    /**
     * As {@link #build(DataStream, LeaderboardOptions)}, between topics; comparisons are written exactly once. What cannot be
     * used is only counted: who measures predictions makes dead letters of it.
     */
    public static void build(StreamExecutionEnvironment env, KafkaOptions kafka, LeaderboardOptions options) {
        String topic = kafka.topics().predictions();
        String name = "caiman-leaderboard." + topic + "." + options.baseline();
        UsablePrediction usable = new UsablePrediction(Clock.systemUTC());
        build(
                        env.fromSource(
                                        LogSource.of(kafka.connection(), topic, name),
                                        LogWatermarks.of(
                                                Prediction.class,
                                                name,
                                                usable,
                                                Prediction::getEventTimeMs,
                                                options.watermarks().outOfOrderness(),
                                                options.watermarks().idleness()),
                                        topic)
                                .uid("leaderboard-source")
                                .process(
                                        new DecodeFunction<>(Prediction.class, name, usable),
                                        AvroRecordType.of(Prediction.class))
                                .name("decode")
                                .uid("leaderboard-decode"),
                        options)
                .sinkTo(RecordSink.of(
                        kafka.connection(),
                        kafka.topics().modelComparisons(),
                        ModelComparison.class,
                        Comparisons::key,
                        ModelComparison::getEndMs,
                        Delivery.exactlyOnce(name + "-comparisons", kafka.transactionTimeout())))
                .name(kafka.topics().modelComparisons())
                .uid("leaderboard-sink");
    }
}

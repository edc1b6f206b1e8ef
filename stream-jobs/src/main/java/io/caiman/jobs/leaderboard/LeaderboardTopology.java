package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.Delivery;
import io.caiman.jobs.connect.RecordSink;
import io.caiman.jobs.connect.SerializerType;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The leaderboard, as a part of a job that reads predictions. */
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

    /** As {@link #build(DataStream, LeaderboardOptions)}, with comparisons written to their topic exactly once. */
    public static void build(DataStream<Prediction> predictions, KafkaOptions kafka, LeaderboardOptions options) {
        String topic = kafka.topics().modelComparisons();
        build(predictions, options)
                .sinkTo(RecordSink.of(
                        kafka.connection(),
                        topic,
                        ModelComparison.class,
                        Comparisons::key,
                        ModelComparison::getEndMs,
                        Delivery.exactlyOnce(
                                "caiman-leaderboard." + topic + "." + options.baseline() + "-comparisons",
                                kafka.transactionTimeout())))
                .name(topic)
                .uid("leaderboard-sink");
    }
}

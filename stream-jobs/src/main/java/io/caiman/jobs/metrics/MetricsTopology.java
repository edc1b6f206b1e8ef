package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.SerializerType;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.jobs.predictions.Buckets;
import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.jobs.predictions.PredictionBatcher;
import io.caiman.jobs.predictions.Scope;
import io.caiman.jobs.predictions.ScopeSerializer;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** The metrics job between its source and its sink. */
public final class MetricsTopology {

    private MetricsTopology() {}

    /**
     * The figures of a stream of predictions.
     *
     * @param predictions with watermarks of their event time; every score in [0, 1]
     * @return rolling, count and cumulative figures, each a replacement of older ones with the same key
     */
    public static DataStream<DomainMetrics> build(DataStream<Prediction> predictions, MetricsOptions options) {
        return figures(
                batches(
                        predictions
                                .map(IncomingPrediction::of)
                                .returns(IncomingPrediction.type())
                                .name("read")
                                .uid("metrics-read"),
                        options),
                options);
    }

    /** Predictions gathered by bucket of the user; dead letters in a side output. */
    static SingleOutputStreamOperator<Observations> batches(
            DataStream<IncomingPrediction> predictions, MetricsOptions options) {
        return predictions
                .transform(
                        "batches",
                        SerializerType.of(Observations.class, ObservationsSerializer.INSTANCE),
                        new PredictionBatcher<>(
                                IncomingPrediction::user,
                                Observations::new,
                                options.refresh().toMillis()))
                .uid("metrics-batches");
    }

    static DataStream<DomainMetrics> figures(DataStream<Observations> batches, MetricsOptions options) {
        Panes panes = Panes.of(options);
        long refresh = options.refresh().toMillis();
        return batches.keyBy(batch -> Buckets.key(batch.bucket()), Types.INT)
                .transform(
                        "users",
                        SerializerType.of(Partials.class, PartialsSerializer.INSTANCE),
                        new UserStage(panes, !options.last().isEmpty(), refresh))
                .setMaxParallelism(Buckets.COUNT)
                .uid("metrics-users")
                .keyBy(Partials::key, SerializerType.ofKey(Scope.class, ScopeSerializer.INSTANCE))
                .transform(
                        "domains",
                        AvroRecordType.of(DomainMetrics.class),
                        new ScopeStage(panes, options.last(), refresh, options.labels()))
                .setMaxParallelism(Buckets.COUNT)
                .uid("metrics-domains");
    }
}

package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.SerializerType;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The metrics job between its source and its sink. */
public final class MetricsTopology {

    private MetricsTopology() {}

    /**
     * The figures of a stream of predictions.
     *
     * @param predictions with watermarks of their event time; every score in [0, 1]
     * @return rolling and cumulative figures, each a replacement of older ones with the same key
     */
    public static DataStream<DomainMetrics> build(DataStream<Prediction> predictions, MetricsOptions options) {
        Panes panes = Panes.of(options);
        long refresh = options.refresh().toMillis();
        return predictions
                .flatMap(new FanOut())
                .returns(SerializerType.of(UserObservation.class, UserObservationSerializer.INSTANCE))
                .name("scopes")
                .uid("metrics-fan-out")
                .keyBy(UserObservation::user, SerializerType.ofKey(ScopedUser.class, ScopedUserSerializer.INSTANCE))
                .process(new UserStage(panes, refresh), SerializerType.of(Partial.class, PartialSerializer.INSTANCE))
                .name("users")
                .uid("metrics-users")
                .keyBy(Partial::scope, SerializerType.ofKey(Scope.class, ScopeSerializer.INSTANCE))
                .process(new ScopeStage(panes, refresh), AvroRecordType.of(DomainMetrics.class))
                .name("domains")
                .uid("metrics-domains");
    }
}

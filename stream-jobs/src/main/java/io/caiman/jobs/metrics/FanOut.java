package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.ScoredLabel;
import io.caiman.schemas.avro.Prediction;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;

/** Each prediction counts in its domain and over all domains. */
final class FanOut implements FlatMapFunction<Prediction, UserObservation> {

    @Override
    public void flatMap(Prediction prediction, Collector<UserObservation> out) {
        String model = prediction.getModel();
        String task = prediction.getTask();
        long scoredLabel = ScoredLabel.encode(prediction.getScore(), prediction.getLabel());
        for (Scope scope :
                new Scope[] {Scope.ofDomain(model, task, prediction.getDomain()), Scope.overall(model, task)}) {
            out.collect(new UserObservation(
                    new ScopedUser(scope, prediction.getUser()), prediction.getEventTimeMs(), scoredLabel));
        }
    }
}

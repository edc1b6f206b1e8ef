package io.caiman.jobs.training;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.LogPartitions;
import io.caiman.jobs.feedback.FeedbackJoiner;
import io.caiman.jobs.feedback.LabelWait;
import io.caiman.model.spec.ModelSpec;
import io.caiman.schemas.avro.DeadLetter;
import java.time.Clock;
import org.apache.flink.api.connector.source.Source;

/**
 * Where labels come from that are later than their impressions.
 *
 * @param waiting how long for them
 * @param feedback encoded {@link io.caiman.schemas.avro.Feedback}
 * @param partitions of the logs of impressions and of feedback
 * @param deadLetters of feedback that cannot be used
 */
record LateLabels(
        LabelWait waiting,
        Source<ConsumedRecord, ?, ?> feedback,
        LogPartitions partitions,
        Output<DeadLetter> deadLetters) {

    /** Names the joiner of a model in its dead letters. */
    static String refusedBy(ModelSpec spec) {
        return "feedback for " + TrainingOperator.refusedBy(spec);
    }

    FeedbackJoiner joiner(ModelSpec spec) {
        return new FeedbackJoiner(
                spec.tasks(), waiting, new LearnableOnceLabelled(spec), partitions, refusedBy(spec), Clock.systemUTC());
    }
}

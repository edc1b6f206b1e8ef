package io.caiman.jobs.predictions;

import io.caiman.jobs.connect.RecordCheck;
import io.caiman.schemas.avro.Prediction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a prediction must fulfil to be counted: a score in [0, 1], and an event time neither before 1970 nor more than a day
 * ahead of the clock, since a single one of those would make every later prediction late.
 */
final class PredictionCheck implements RecordCheck<Prediction> {

    private static final Duration FARTHEST_AHEAD = Duration.ofDays(1);

    private final Clock clock;

    PredictionCheck(Clock clock) {
        this.clock = clock;
    }

    /** Whether {@link #complaint} has none about a prediction with this score and event time. */
    boolean accepts(double score, long eventTime) {
        return score >= 0 && score <= 1 && eventTime >= 0 && eventTime <= clock.millis() + FARTHEST_AHEAD.toMillis();
    }

    @Override
    public Optional<String> complaint(Prediction prediction) {
        double score = prediction.getScore();
        if (!(score >= 0 && score <= 1)) {
            return Optional.of("score %s: expected a probability in [0, 1]".formatted(score));
        }
        long eventTime = prediction.getEventTimeMs();
        if (eventTime < 0 || eventTime > clock.millis() + FARTHEST_AHEAD.toMillis()) {
            return Optional.of("event time %d ms (%s): expected one from 1970 to at most a day from now"
                    .formatted(eventTime, Instant.ofEpochMilli(eventTime)));
        }
        return Optional.empty();
    }
}

package io.caiman.jobs.leaderboard;

import io.caiman.jobs.connect.RecordCheck;
import io.caiman.schemas.avro.Prediction;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * What a prediction must fulfil to be compared: a score in [0, 1], and an event time neither before 1970 nor more than a day
 * ahead of the clock, since a single one of those would make every later prediction late.
 */
final class UsablePrediction implements RecordCheck<Prediction> {

    private static final Duration FARTHEST_AHEAD = Duration.ofDays(1);

    private final Clock clock;

    UsablePrediction(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Optional<String> complaint(Prediction prediction) {
        double score = prediction.getScore();
        long eventTime = prediction.getEventTimeMs();
        return score >= 0 && score <= 1 && eventTime >= 0 && eventTime <= clock.millis() + FARTHEST_AHEAD.toMillis()
                ? Optional.empty()
                : Optional.of("score %s at %d ms cannot be compared".formatted(score, eventTime));
    }
}

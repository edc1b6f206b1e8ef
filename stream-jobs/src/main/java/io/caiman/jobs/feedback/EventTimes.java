package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.RecordCheck;
import io.caiman.schemas.avro.Feedback;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Which event times are believed: from 1970 to a day ahead of the clock. A single one far in the future would otherwise hold
 * back all of its partition until then.
 */
final class EventTimes implements RecordCheck<Feedback> {

    private static final long serialVersionUID = 1;
    private static final Duration FARTHEST_AHEAD = Duration.ofDays(1);

    private final Clock clock;

    EventTimes(Clock clock) {
        this.clock = clock;
    }

    boolean believe(long eventTimeMs) {
        return eventTimeMs >= 0 && eventTimeMs <= clock.millis() + FARTHEST_AHEAD.toMillis();
    }

    @Override
    public Optional<String> complaint(Feedback feedback) {
        long eventTime = feedback.getEventTimeMs();
        return believe(eventTime)
                ? Optional.empty()
                : Optional.of("event time %d ms (%s): expected one from 1970 to at most a day from now"
                        .formatted(eventTime, Instant.ofEpochMilli(eventTime)));
    }
}

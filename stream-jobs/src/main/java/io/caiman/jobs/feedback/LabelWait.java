package io.caiman.jobs.feedback;

import java.time.Duration;
import java.util.Optional;

/**
 * How long to wait for labels.
 *
 * @param window how long after its impression feedback may come, in event time; 1 ms or more
 * @param idleness how long a partition without records holds back the others, by the clock, 1 ms or more (at times nearly
 *     twice as long); empty: until its next record or its end-of-log record, so that nothing depends on the clock
 */
public record LabelWait(Duration window, Optional<Duration> idleness) {

    public LabelWait {
        require("the window for labels", window);
        idleness.ifPresent(length -> require("the idleness of partitions", length));
    }

    private static void require(String what, Duration length) {
        if (length.toMillis() <= 0) {
            throw new IllegalArgumentException("%s is %s: expected 1 ms or more".formatted(what, length));
        }
    }
}

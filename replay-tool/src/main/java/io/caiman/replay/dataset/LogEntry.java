package io.caiman.replay.dataset;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Impression;
import java.util.OptionalDouble;

/** What a line of a log turned out to be. */
public sealed interface LogEntry {

    /**
     * An item shown to a user.
     *
     * @param oracleProbability the true probability that the one label is true, in (0, 1), where the log was made from
     *     known probabilities; absent for real logs
     */
    record Shown(Impression impression, OptionalDouble oracleProbability) implements LogEntry {}

    /** A line that cannot be used: where it stands (a {@code FileOrigin}), its bytes and the reason. */
    record BadLine(DeadLetter letter) implements LogEntry {}
}

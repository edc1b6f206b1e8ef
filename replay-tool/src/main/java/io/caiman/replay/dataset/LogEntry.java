package io.caiman.replay.dataset;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Impression;
import java.util.OptionalDouble;

/** What a line of a log turned out to be. */
public sealed interface LogEntry {

    /** An item shown to a user, as an impression or as the bytes of one, whichever the log has. */
    sealed interface Shown extends LogEntry permits DecodedImpression, EncodedImpression {

        /** An impression of a real log. */
        static Shown of(Impression impression) {
            return new DecodedImpression(impression, OptionalDouble.empty());
        }

        /**
         * An impression of a log that was made from known probabilities.
         *
         * @param oracleProbability the true probability that the one label is true, in (0, 1)
         */
        static Shown of(Impression impression, double oracleProbability) {
            return new DecodedImpression(impression, OptionalDouble.of(oracleProbability));
        }

        Impression impression();

        /** The impression by the one codec of impressions, {@link io.caiman.schemas.RecordCodec}; not to be changed. */
        byte[] encoded();

        /** The user in UTF-8; not to be changed. */
        byte[] user();

        /** When the item was shown, milliseconds since the epoch. */
        long eventTimeMs();

        /** The true probability that the one label is true, in (0, 1), where it is known; absent for real logs. */
        OptionalDouble oracleProbability();
    }

    /** What a user did about an impression given before, where labels come later than impressions. */
    record Reaction(Feedback feedback) implements LogEntry {}

    /** A line that cannot be used: where it stands (a {@code FileOrigin}), its bytes and the reason. */
    record BadLine(DeadLetter letter) implements LogEntry {}
}

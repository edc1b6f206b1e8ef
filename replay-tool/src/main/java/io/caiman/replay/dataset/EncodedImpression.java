package io.caiman.replay.dataset;

import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.avro.Impression;
import java.util.OptionalDouble;

/** An impression as it lies in a prepared log. */
final class EncodedImpression implements LogEntry.Shown {

    private final long eventTimeMs;
    private final byte[] user;
    private final byte[] encoded;

    EncodedImpression(long eventTimeMs, byte[] user, byte[] encoded) {
        this.eventTimeMs = eventTimeMs;
        this.user = user;
        this.encoded = encoded;
    }

    @Override
    public Impression impression() {
        try {
            return DecodedImpression.CODEC.decode(encoded);
        } catch (MalformedRecordException e) {
            throw new DatasetException("the prepared log is damaged: " + e.getMessage() + ". Prepare it again.", e);
        }
    }

    @Override
    public byte[] encoded() {
        return encoded;
    }

    @Override
    public byte[] user() {
        return user;
    }

    @Override
    public long eventTimeMs() {
        return eventTimeMs;
    }

    @Override
    public OptionalDouble oracleProbability() {
        return OptionalDouble.empty();
    }
}

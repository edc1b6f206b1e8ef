package io.caiman.replay.dataset;

import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Impression;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;

/** An impression as a reader made it. */
record DecodedImpression(Impression impression, OptionalDouble oracleProbability) implements LogEntry.Shown {

    static final RecordCodec<Impression> CODEC = RecordCodec.of(Impression.class);

    @Override
    public byte[] encoded() {
        return CODEC.encode(impression);
    }

    @Override
    public byte[] user() {
        return impression.getUser().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long eventTimeMs() {
        return impression.getEventTimeMs();
    }
}

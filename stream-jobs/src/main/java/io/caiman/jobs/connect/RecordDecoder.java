package io.caiman.jobs.connect;

import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.RecordCodec;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Turns consumed records into records of one type. It never throws on bad input: what cannot be used becomes a dead
 * letter. Knows nothing of operators, so an operator that must chain decoding with other work calls it itself.
 *
 * @param <T> the generated record class
 */
public final class RecordDecoder<T extends SpecificRecordBase> {

    private final RecordCodec<T> codec;
    private final String reader;
    private final RecordCheck<T> check;

    /**
     * A decoder of records of one type.
     *
     * @param reader who reads them, for the letters of those it cannot use
     */
    public RecordDecoder(RecordCodec<T> codec, String reader, RecordCheck<T> check) {
        this.codec = codec;
        this.reader = reader;
        this.check = check;
    }

    public Decoding<T> decode(ConsumedRecord consumed) {
        if (consumed.endOfLog()) {
            return new Decoding.EndOfLog<>();
        }
        byte[] value = consumed.value().orElse(null);
        if (value == null) {
            return malformed(
                    consumed, "no value: expected a %s".formatted(codec.schema().getName()));
        }
        try {
            T record = codec.decode(value);
            return check.complaint(record)
                    .map(complaint -> malformed(consumed, complaint))
                    .orElseGet(() -> new Decoding.Decoded<>(record));
        } catch (MalformedRecordException e) {
            return malformed(consumed, String.valueOf(e.getMessage()));
        }
    }

    private Decoding<T> malformed(ConsumedRecord consumed, String reason) {
        return new Decoding.Malformed<>(DeadLetters.letter(consumed, reason, reader));
    }
}

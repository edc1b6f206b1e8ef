package io.caiman.jobs.connect;

import io.caiman.schemas.avro.DeadLetter;

/**
 * What a consumed record turned out to be.
 *
 * @param <T> the record type that was expected
 */
public sealed interface Decoding<T> {

    /** A usable record. */
    record Decoded<T>(T record) implements Decoding<T> {}

    /** The mark that says: the log ends here. It holds no record. */
    record EndOfLog<T>() implements Decoding<T> {}

    /** Not usable; the letter says what it was, where it stood and why. */
    record Malformed<T>(DeadLetter letter) implements Decoding<T> {}
}

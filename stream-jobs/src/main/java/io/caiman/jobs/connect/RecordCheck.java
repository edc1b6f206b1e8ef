package io.caiman.jobs.connect;

import java.io.Serializable;
import java.util.Optional;

/**
 * What a record must fulfil beyond its schema.
 *
 * @param <T> the record type
 */
@FunctionalInterface
public interface RecordCheck<T> extends Serializable {

    /** What is wrong with a record, in words fit for a dead letter; empty if nothing is. */
    Optional<String> complaint(T record);

    /** A check that any record of the schema passes. */
    static <T> RecordCheck<T> none() {
        return record -> Optional.empty();
    }
}

package io.caiman.jobs.connect;

import java.io.Serializable;

/**
 * The time a record is about.
 *
 * @param <T> the record type
 */
@FunctionalInterface
public interface RecordTime<T> extends Serializable {

    /** Milliseconds since the epoch; negative where there is no such time. */
    long milliseconds(T record);

    /** Records that are about no time. */
    static <T> RecordTime<T> none() {
        return record -> -1;
    }
}

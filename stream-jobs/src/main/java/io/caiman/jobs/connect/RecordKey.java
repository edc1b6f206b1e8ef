package io.caiman.jobs.connect;

import java.io.Serializable;

/**
 * The key a record is written under.
 *
 * @param <T> the record type
 */
@FunctionalInterface
public interface RecordKey<T> extends Serializable {

    String of(T record);
}

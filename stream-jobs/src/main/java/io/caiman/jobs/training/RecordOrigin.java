package io.caiman.jobs.training;

import java.io.Serializable;
import java.util.Optional;

/**
 * What a record of one job was made from; no two records of the job in one topic share it, unless one transaction has
 * them both.
 *
 * @param <T> the records
 */
@FunctionalInterface
interface RecordOrigin<T> extends Serializable {

    /**
     * A place in the job's input.
     *
     * @param partition of the topic the job reads, or 0 where steps are counted
     * @param offset in the partition, or the step
     * @param task of which of the model's tasks the record is; blank where it is of all of them
     */
    record Place(int partition, long offset, String task) {}

    /** Where a record comes from; empty if it is of another job. */
    Optional<Place> of(T record);

    /** The origin of a record of this job. */
    static Optional<Place> at(int partition, long offset) {
        return at(partition, offset, "");
    }

    /** The origin of a record of this job that is about one task. */
    static Optional<Place> at(int partition, long offset, String task) {
        return Optional.of(new Place(partition, offset, task));
    }

    /** The origin of a record of another job. */
    static Optional<Place> elsewhere() {
        return Optional.empty();
    }
}

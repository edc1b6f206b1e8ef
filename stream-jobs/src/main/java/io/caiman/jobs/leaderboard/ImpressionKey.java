package io.caiman.jobs.leaderboard;

import io.caiman.model.embedding.RowKeys;

/**
 * One impression as something to be predicted.
 *
 * @param partition of the topic of impressions
 * @param offset in that partition
 * @param task what is predicted
 */
record ImpressionKey(int partition, long offset, String task) {

    /** Spelled out because state is divided by it: it must be the same in every process and Java version. */
    @Override
    public int hashCode() {
        return Long.hashCode(RowKeys.mix(place() + task.hashCode()));
    }

    /**
     * A number that looks random and is the same whatever the order in which impressions come: those with the least numbers are
     * a uniform sample. The same for all tasks.
     */
    long rank() {
        return RowKeys.mix(place());
    }

    private long place() {
        return RowKeys.key(partition, offset);
    }
}

package io.caiman.model.embedding;

/**
 * Holds embedding rows by key. A key that has no row has the one its {@link FirstValues} give it, so rows need no
 * creating, and what a row starts from does not depend on when it is first seen. Every row ends with
 * {@link RowStatistics}.
 *
 * <p>Rows go in and out in bulk, through flat arrays of {@link FirstValues#stride()} floats a row. Not safe for use by
 * several threads.
 */
public interface EmbeddingStore {

    /**
     * Copies rows out of the store.
     *
     * @param keys distinct row keys, the first {@code count} of them
     * @param rows where row {@code i} goes, at {@code i * stride}
     */
    void gather(long[] keys, int count, float[] rows);

    /**
     * Replaces the rows of the latest gather. A row without a sighting is not kept.
     *
     * @param keys the keys of the latest gather, in its order
     * @param rows where row {@code i} stands, at {@code i * stride}
     */
    void scatter(long[] keys, int count, float[] rows);

    /** Deletes the rows of the first {@code count} keys; each key has its first values again. */
    void delete(long[] keys, int count);

    /** Shows every row of a shard of {@link RowShards}, in no particular order. */
    void scan(int shard, RowVisitor visitor);

    /** How many rows there are; the store counts them as they come and go. */
    RowCensus census();
}

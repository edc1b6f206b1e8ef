package io.caiman.model.embedding;

/**
 * Holds embedding rows by key. A key that was never written has the row its {@link FirstValues} give it, so rows
 * need no creating, and what a row starts from does not depend on when it is first seen.
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
     * Replaces rows in the store.
     *
     * @param keys distinct row keys, the first {@code count} of them
     * @param rows where row {@code i} stands, at {@code i * stride}
     */
    void scatter(long[] keys, int count, float[] rows);
}

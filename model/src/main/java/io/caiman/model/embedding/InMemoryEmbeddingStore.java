package io.caiman.model.embedding;

import java.util.Arrays;

/** Rows in one growing array, for models that fit on the heap: tests, benchmarks and offline comparisons. */
public final class InMemoryEmbeddingStore implements EmbeddingStore {

    private static final int FIRST_ROWS = 1024;

    private final FirstValues firstValues;
    private final int stride;
    private final KeyIndex index = new KeyIndex(FIRST_ROWS);
    private float[] stored;

    public InMemoryEmbeddingStore(FirstValues firstValues) {
        this.firstValues = firstValues;
        this.stride = firstValues.stride();
        this.stored = new float[FIRST_ROWS * stride];
    }

    @Override
    public void gather(long[] keys, int count, float[] rows) {
        for (int i = 0; i < count; i++) {
            int at = index.find(keys[i]);
            if (at < 0) {
                firstValues.initialize(keys[i], rows, i * stride);
            } else {
                System.arraycopy(stored, at * stride, rows, i * stride, stride);
            }
        }
    }

    @Override
    public void scatter(long[] keys, int count, float[] rows) {
        for (int i = 0; i < count; i++) {
            int at = index.add(keys[i]) * stride;
            if (at == stored.length) {
                stored = Arrays.copyOf(stored, Math.multiplyExact(stored.length, 2));
            }
            System.arraycopy(rows, i * stride, stored, at, stride);
        }
    }

    /** Rows that were written. */
    public int size() {
        return index.size();
    }
}

package io.caiman.model.embedding;

import java.util.Arrays;

/** Rows in growing arrays, one for each shard, for models that fit on the heap: tests and offline comparisons. */
public final class InMemoryEmbeddingStore implements EmbeddingStore {

    private static final int FIRST_ROWS = 16;

    private final FirstValues firstValues;
    private final int stride;
    private final KeyIndex[] indexes = new KeyIndex[RowShards.COUNT];
    private final float[][] stored = new float[RowShards.COUNT][];
    private final RowCensus census;

    /**
     * An empty store.
     *
     * @param features how many features, or pairs of them, its rows may be of
     */
    public InMemoryEmbeddingStore(FirstValues firstValues, int features) {
        this.firstValues = firstValues;
        this.stride = firstValues.stride();
        this.census = new RowCensus(features);
        Arrays.setAll(indexes, shard -> new KeyIndex(FIRST_ROWS));
        Arrays.setAll(stored, shard -> new float[FIRST_ROWS * stride]);
    }

    @Override
    public void gather(long[] keys, int count, float[] rows) {
        for (int i = 0; i < count; i++) {
            int shard = RowShards.of(keys[i]);
            int at = indexes[shard].find(keys[i]);
            if (at < 0) {
                firstValues.initialize(keys[i], rows, i * stride);
            } else {
                System.arraycopy(stored[shard], at * stride, rows, i * stride, stride);
            }
        }
    }

    @Override
    public void scatter(long[] keys, int count, float[] rows) {
        for (int i = 0; i < count; i++) {
            int statistics = (i + 1) * stride - RowStatistics.FLOATS;
            if (RowStatistics.sightings(rows, statistics) > 0) {
                int shard = RowShards.of(keys[i]);
                int before = indexes[shard].size();
                int at = indexes[shard].add(keys[i]) * stride;
                if (indexes[shard].size() > before) {
                    census.add(shard, RowStatistics.feature(rows, statistics));
                }
                if (at >= stored[shard].length) {
                    stored[shard] = Arrays.copyOf(stored[shard], Math.multiplyExact(stored[shard].length, 2));
                }
                System.arraycopy(rows, i * stride, stored[shard], at, stride);
            }
        }
    }

    @Override
    public void delete(long[] keys, int count) {
        for (int i = 0; i < count; i++) {
            int shard = RowShards.of(keys[i]);
            int at = indexes[shard].find(keys[i]);
            if (at >= 0) {
                census.remove(shard, RowStatistics.feature(stored[shard], (at + 1) * stride - RowStatistics.FLOATS));
                indexes[shard].remove(keys[i]);
            }
        }
    }

    @Override
    public void scan(int shard, RowVisitor visitor) {
        indexes[shard].forEach((key, number) -> visitor.row(key, stored[shard], number * stride));
    }

    @Override
    public RowCensus census() {
        return census;
    }
}

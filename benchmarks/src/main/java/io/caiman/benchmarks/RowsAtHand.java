package io.caiman.benchmarks;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.FirstValues;
import io.caiman.model.embedding.RowCensus;
import io.caiman.model.embedding.RowVisitor;

/** Gives rows that are already where they are asked for: what was there before, or first values. */
final class RowsAtHand implements EmbeddingStore {

    private final FirstValues firstValues;
    private int filled;

    RowsAtHand(FirstValues firstValues) {
        this.firstValues = firstValues;
    }

    @Override
    public void gather(long[] keys, int count, float[] rows) {
        for (; filled < count; filled++) {
            firstValues.initialize(keys[filled], rows, filled * firstValues.stride());
        }
    }

    @Override
    public void delete(long[] keys, int count) {
        throw new UnsupportedOperationException("no row here is one of a key");
    }

    @Override
    public void scan(int shard, RowVisitor visitor) {
        throw new UnsupportedOperationException("no row here is one of a shard");
    }

    @Override
    public RowCensus census() {
        throw new UnsupportedOperationException("no rows are counted here");
    }

    @Override
    public void scatter(long[] keys, int count, float[] rows) {}
}

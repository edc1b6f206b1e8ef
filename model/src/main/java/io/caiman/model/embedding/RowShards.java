package io.caiman.model.embedding;

/**
 * Virtual row shards: every row belongs to one of {@link #COUNT}. Budgets hold for each shard, and shards move as a
 * whole, so an outcome does not depend on how many trainers share them.
 */
public final class RowShards {

    /** How many shards there are, and with them the most trainers there can ever be. */
    public static final int COUNT = 128;

    private RowShards() {}

    /** The shard of a row, in [0, COUNT). */
    public static int of(long rowKey) {
        return (int) Long.remainderUnsigned(RowKeys.mix(rowKey), COUNT);
    }
}

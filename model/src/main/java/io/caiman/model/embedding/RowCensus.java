package io.caiman.model.embedding;

import java.util.Arrays;

/** How many rows a store holds, by shard and feature, and when each shard was last swept of rows to evict. */
public final class RowCensus {

    /** The swept day of a shard that no sweep has looked at. */
    public static final int NEVER = Integer.MIN_VALUE;

    private final long[][] rows;
    private final int[] sweptDay = new int[RowShards.COUNT];

    /**
     * An empty census.
     *
     * @param features how many features, or pairs of them, the rows may be of
     */
    public RowCensus(int features) {
        rows = new long[RowShards.COUNT][features];
        Arrays.fill(sweptDay, NEVER);
    }

    /** Counts a new row. */
    public void add(int shard, int feature) {
        rows[shard][feature]++;
    }

    /** Counts off a deleted row. */
    public void remove(int shard, int feature) {
        rows[shard][feature]--;
    }

    /** Rows of a shard. */
    public long rows(int shard) {
        long sum = 0;
        for (long count : rows[shard]) {
            sum += count;
        }
        return sum;
    }

    /** Rows of a feature, in all shards. */
    public long ofFeature(int feature) {
        long sum = 0;
        for (long[] shard : rows) {
            sum += shard[feature];
        }
        return sum;
    }

    /** All rows. */
    public long rows() {
        long sum = 0;
        for (int shard = 0; shard < RowShards.COUNT; shard++) {
            sum += rows(shard);
        }
        return sum;
    }

    /** The day of event time on which a shard was last swept, or {@link #NEVER}. */
    public int sweptDay(int shard) {
        return sweptDay[shard];
    }

    /** Notes a sweep. */
    public void swept(int shard, int day) {
        sweptDay[shard] = day;
    }

    /** What is known of a shard, for a snapshot. */
    public long[] state(int shard) {
        long[] state = Arrays.copyOf(rows[shard], rows[shard].length + 1);
        state[rows[shard].length] = sweptDay[shard];
        return state;
    }

    /**
     * Takes over what {@link #state} gave.
     *
     * @throws IllegalArgumentException if it is of another number of features
     */
    public void restore(int shard, long[] state) {
        if (state.length != rows[shard].length + 1) {
            throw new IllegalArgumentException(
                    "the stored census has %d features; expected %d: restore with the spec it was made with"
                            .formatted(state.length - 1, rows[shard].length));
        }
        System.arraycopy(state, 0, rows[shard], 0, rows[shard].length);
        sweptDay[shard] = (int) state[rows[shard].length];
    }
}

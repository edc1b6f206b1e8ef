package io.caiman.jobs.rows;

import io.caiman.model.embedding.RowShards;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * The Flink key of each row shard. There is exactly one shard for each key group, so a savepoint's rows rescale evenly
 * with Flink's own key groups, however many trainers there will be.
 */
public final class ShardKeys {

    private static final int[] KEYS = new int[RowShards.COUNT];

    static {
        boolean[] found = new boolean[RowShards.COUNT];
        int missing = RowShards.COUNT;
        for (int key = 0; missing > 0; key++) {
            int group = KeyGroupRangeAssignment.assignToKeyGroup(key, RowShards.COUNT);
            if (!found[group]) {
                found[group] = true;
                KEYS[group] = key;
                missing--;
            }
        }
    }

    private ShardKeys() {}

    /** The Flink key of a shard, which lands in the key group of the same number of {@link RowShards#COUNT}. */
    public static int of(int shard) {
        return KEYS[shard];
    }
}

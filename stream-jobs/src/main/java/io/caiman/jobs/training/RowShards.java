package io.caiman.jobs.training;

import io.caiman.model.embedding.RowKeys;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Virtual row shards: every row belongs to one shard, and every shard is one Flink key. There is exactly one shard for
 * each key group, so a savepoint's rows rescale evenly with Flink's own key groups, however many trainers there will be.
 */
final class RowShards {

    private final int[] keys;

    /** One shard for each key group of a job with this maximum parallelism. */
    RowShards(int maxParallelism) {
        keys = new int[maxParallelism];
        boolean[] found = new boolean[maxParallelism];
        int missing = maxParallelism;
        for (int key = 0; missing > 0; key++) {
            int group = KeyGroupRangeAssignment.assignToKeyGroup(key, maxParallelism);
            if (!found[group]) {
                found[group] = true;
                keys[group] = key;
                missing--;
            }
        }
    }

    /** Number of shards. */
    int count() {
        return keys.length;
    }

    /** The shard a row belongs to, in [0, count). */
    int shardOf(long rowKey) {
        return (int) Long.remainderUnsigned(RowKeys.mix(rowKey), keys.length);
    }

    /** The Flink key of a shard, which lands in the key group of the same number. */
    int flinkKey(int shard) {
        return keys[shard];
    }
}

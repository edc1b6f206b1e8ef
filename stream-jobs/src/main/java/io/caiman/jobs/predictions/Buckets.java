package io.caiman.jobs.predictions;

import java.util.stream.IntStream;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * {@value #COUNT} parts of all hashes, one for each key group: what a stage that takes predictions in batches is divided by, and
 * so also the most tasks it can have.
 */
public final class Buckets {

    /** How many there are. */
    public static final int COUNT = 128;

    private static final int BITS = Integer.numberOfTrailingZeros(COUNT);
    private static final Integer[] KEYS = keys();

    private Buckets() {}

    /** The bucket of a hash, as of a user or an impression. */
    public static int of(long user) {
        return (int) (user >>> (Long.SIZE - BITS));
    }

    /** The key of a bucket: the smallest number that Flink assigns to the key group of the same number. */
    public static Integer key(int bucket) {
        return KEYS[bucket];
    }

    /** The key group of a key. */
    public static int ofKey(Object key) {
        return KeyGroupRangeAssignment.assignToKeyGroup(key, COUNT);
    }

    /** The buckets whose keys a task is given. */
    public static int[] of(TaskInfo task) {
        return IntStream.range(0, COUNT)
                .filter(bucket -> KeyGroupRangeAssignment.assignKeyToParallelOperator(
                                key(bucket), task.getMaxNumberOfParallelSubtasks(), task.getNumberOfParallelSubtasks())
                        == task.getIndexOfThisSubtask())
                .toArray();
    }

    private static Integer[] keys() {
        Integer[] keys = new Integer[COUNT];
        int found = 0;
        for (int candidate = 0; found < COUNT; candidate++) {
            int group = KeyGroupRangeAssignment.assignToKeyGroup(candidate, COUNT);
            if (keys[group] == null) {
                keys[group] = candidate;
                found++;
            }
        }
        return keys;
    }
}

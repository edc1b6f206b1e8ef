package io.caiman.jobs.metrics;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * The users in {@value #COUNT} parts, one for each key group: what the first stage is divided by, and so also the most tasks it
 * can have.
 */
final class Buckets {

    static final int COUNT = 128;

    private static final int BITS = Integer.numberOfTrailingZeros(COUNT);
    private static final Integer[] KEYS = keys();

    private Buckets() {}

    /** The bucket of a user's hash. */
    static int of(long user) {
        return (int) (user >>> (Long.SIZE - BITS));
    }

    /** The key of a bucket: the smallest number that Flink assigns to the key group of the same number. */
    static Integer key(int bucket) {
        return KEYS[bucket];
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

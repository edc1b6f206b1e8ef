package io.caiman.local.compare;

/**
 * The items the models learned from, the rarest first, ties as they came.
 *
 * @param keys of their rows
 * @param counts impressions of each that were learned from, ascending
 */
record RankedItems(long[] keys, int[] counts) {

    /** Frequency groups, as in Fig. 2 of the paper. */
    static final int GROUPS = 5;

    int size() {
        return keys.length;
    }

    /** Where a group's items start; {@code group == GROUPS} is where the last one's end. Groups are of one size, within 1. */
    int start(int group) {
        return (int) ((long) keys.length * group / GROUPS);
    }
}

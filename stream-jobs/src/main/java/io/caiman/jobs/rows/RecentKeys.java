package io.caiman.jobs.rows;

import io.caiman.model.embedding.RowKeys;

/**
 * About which keys were added last: a table of one place for each key's hash, in which a newer key replaces an older
 * one. It may forget a key early, and with probability 2^-32 takes one key for another; whoever asks must bear both.
 */
final class RecentKeys {

    private static final int FIRST_PLACES = 1024;

    /** In each place the lower half of a key's hash and, above it, the count of keys added when it was. */
    private long[] places = new long[FIRST_PLACES];

    private int window;
    private int added;

    /** Resizes to remember this many keys; what was remembered is forgotten when the table grows. */
    void remember(int keys) {
        window = keys;
        if (places.length < keys) {
            places = new long[Integer.highestOneBit(Math.max(2, keys) - 1) << 1];
        }
    }

    void add(long key) {
        long hash = RowKeys.mix(key);
        places[place(hash)] = (long) ++added << 32 | (hash & 0xFFFFFFFFL);
    }

    /** Whether the key is one of the last few. */
    boolean contains(long key) {
        long hash = RowKeys.mix(key);
        long there = places[place(hash)];
        int age = added - (int) (there >>> 32);
        return there != 0 && (int) there == (int) hash && age >= 0 && age < window;
    }

    private int place(long hash) {
        return (int) (hash >>> 32) & (places.length - 1);
    }
}

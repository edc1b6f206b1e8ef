package io.caiman.model.embedding;

import java.util.Arrays;

/**
 * Numbers distinct 64-bit keys 0, 1, 2, ... in the order they are first added: an open-addressing hash table with
 * linear probing over flat arrays, without an object for each key.
 */
public final class KeyIndex {

    private static final int EMPTY = -1;
    private static final int LEAST_TABLE = 16;

    private long[] keys;
    private int[] table;
    private int size;

    /** An empty index with room for this many keys before it grows. */
    public KeyIndex(int expected) {
        keys = new long[Math.max(1, expected)];
        table = emptyTable(tableLength(expected));
    }

    /** The number of this key, or -1 if it was not added. */
    public int find(long key) {
        return table[slot(key)];
    }

    /** The number of this key, which is added if it is new. */
    public int add(long key) {
        int slot = slot(key);
        if (table[slot] == EMPTY) {
            if (size == keys.length) {
                grow();
                slot = slot(key);
            }
            keys[size] = key;
            table[slot] = size++;
        }
        return table[slot];
    }

    /** How many keys were added. */
    public int size() {
        return size;
    }

    /** The keys by number, the first {@link #size()} of the array; the index's own, not to be written to. */
    public long[] keys() {
        return keys;
    }

    /** Forgets all keys and keeps the room. */
    public void clear() {
        Arrays.fill(table, EMPTY);
        size = 0;
    }

    private int slot(long key) {
        int mask = table.length - 1;
        int slot = (int) RowKeys.mix(key) & mask;
        while (table[slot] != EMPTY && keys[table[slot]] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        keys = Arrays.copyOf(keys, Math.multiplyExact(keys.length, 2));
        table = emptyTable(tableLength(keys.length));
        for (int number = 0; number < size; number++) {
            table[slot(keys[number])] = number;
        }
    }

    /** A power of two at least twice the number of keys, so that probes stay short. */
    private static int tableLength(int expected) {
        return Math.max(LEAST_TABLE, Integer.highestOneBit(Math.max(1, expected) - 1) << 2);
    }

    private static int[] emptyTable(int length) {
        int[] table = new int[length];
        Arrays.fill(table, EMPTY);
        return table;
    }
}

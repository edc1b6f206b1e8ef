package io.caiman.model.embedding;

import java.util.Arrays;

/**
 * Numbers distinct 64-bit keys 0, 1, 2, ... in the order they are first added, where the number of a removed key goes to
 * one added later: an open-addressing hash table with linear probing over flat arrays, without an object for each key.
 */
public final class KeyIndex {

    private static final int EMPTY = -1;
    private static final int LEAST_TABLE = 16;

    private long[] keys;
    private int[] table;
    /** Numbers given out so far; those of removed keys stand in {@link #free}. */
    private int numbers;

    private int[] free = new int[0];
    private int freeNumbers;

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
            if (freeNumbers == 0 && numbers == keys.length) {
                grow();
                slot = slot(key);
            }
            int number = freeNumbers > 0 ? free[--freeNumbers] : numbers++;
            keys[number] = key;
            table[slot] = number;
        }
        return table[slot];
    }

    /** Removes a key; one that was not added is none to remove. */
    public void remove(long key) {
        int hole = slot(key);
        if (table[hole] == EMPTY) {
            return;
        }
        if (freeNumbers == free.length) {
            free = Arrays.copyOf(free, Math.max(LEAST_TABLE, 2 * freeNumbers));
        }
        free[freeNumbers++] = table[hole];
        // Keys behind the hole that a probe would no longer reach move up (Knuth, TAOCP 3, Algorithm 6.4R).
        int mask = table.length - 1;
        for (int next = (hole + 1) & mask; table[next] != EMPTY; next = (next + 1) & mask) {
            int home = home(keys[table[next]], mask);
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                table[hole] = table[next];
                hole = next;
            }
        }
        table[hole] = EMPTY;
    }

    /** How many keys there are. */
    public int size() {
        return numbers - freeNumbers;
    }

    /**
     * The keys by number; the index's own, not to be written to. As long as none was removed, they are the first
     * {@link #size()} of the array.
     */
    public long[] keys() {
        return keys;
    }

    /** Sees a key and its number. */
    @FunctionalInterface
    public interface Visitor {
        /** One key. */
        void key(long key, int number);
    }

    /** Shows every key with its number, in no particular order. */
    public void forEach(Visitor visitor) {
        for (int number : table) {
            if (number != EMPTY) {
                visitor.key(keys[number], number);
            }
        }
    }

    /** Forgets all keys and keeps the room. */
    public void clear() {
        Arrays.fill(table, EMPTY);
        numbers = 0;
        freeNumbers = 0;
    }

    private int slot(long key) {
        int mask = table.length - 1;
        int slot = home(key, mask);
        while (table[slot] != EMPTY && keys[table[slot]] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** By the upper half of the hash: all keys of a shard of {@link RowShards} agree in the lowest bits. */
    private static int home(long key, int mask) {
        return (int) (RowKeys.mix(key) >>> 32) & mask;
    }

    private void grow() {
        keys = Arrays.copyOf(keys, Math.multiplyExact(keys.length, 2));
        table = emptyTable(tableLength(keys.length));
        // Only an index without free numbers grows.
        for (int number = 0; number < numbers; number++) {
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

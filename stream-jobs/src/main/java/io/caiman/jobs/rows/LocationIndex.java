package io.caiman.jobs.rows;

import io.caiman.model.embedding.RowKeys;
import java.util.function.IntToLongFunction;

/**
 * Where the rows of a {@link RowSpill} are, in 8 bytes for each and the room that open addressing wants: half of a key's hash, which also tells
 * where the search for it starts, and the location, where the key itself is.
 */
final class LocationIndex {

    private static final int FEWEST_BITS = 10;

    private final IntToLongFunction keys;
    private int bits = FEWEST_BITS;
    private long[] table = new long[1 << FEWEST_BITS];
    private int size;

    /** @param keys the key of the row at a location */
    LocationIndex(IntToLongFunction keys) {
        this.keys = keys;
    }

    int size() {
        return size;
    }

    private static int half(long key) {
        return (int) (RowKeys.mix(key) >>> Integer.SIZE);
    }

    private static int halfOf(long entry) {
        return (int) (entry >>> Integer.SIZE);
    }

    /** One less than what is stored, for 0 is an empty place. */
    private static int location(long entry) {
        return (int) entry - 1;
    }

    private int home(int half) {
        return half >>> (Integer.SIZE - bits);
    }

    private int next(int at) {
        return (at + 1) & (table.length - 1);
    }

    /** Where a row is, or -1. */
    int find(long key) {
        int half = half(key);
        for (int at = home(half); table[at] != 0; at = next(at)) {
            if (halfOf(table[at]) == half && keys.applyAsLong(location(table[at])) == key) {
                return location(table[at]);
            }
        }
        return -1;
    }

    /** Adds a key that is not there. */
    void put(long key, int location) {
        if (4L * ++size > 3L * table.length) {
            grow();
        }
        insert((long) half(key) << Integer.SIZE | (location + 1));
    }

    private void insert(long entry) {
        int at = home(halfOf(entry));
        while (table[at] != 0) {
            at = next(at);
        }
        table[at] = entry;
    }

    private void grow() {
        long[] before = table;
        bits++;
        table = new long[1 << bits];
        for (long entry : before) {
            if (entry != 0) {
                insert(entry);
            }
        }
    }

    void remove(long key, int location) {
        int at = home(half(key));
        while (location(table[at]) != location) {
            at = next(at);
        }
        size--;
        // What lies behind moves up, as far as it may: not before its home.
        for (int behind = next(at); table[behind] != 0; behind = next(behind)) {
            int home = home(halfOf(table[behind]));
            boolean between = at <= behind ? at < home && home <= behind : at < home || home <= behind;
            if (!between) {
                table[at] = table[behind];
                at = behind;
            }
        }
        table[at] = 0;
    }
}

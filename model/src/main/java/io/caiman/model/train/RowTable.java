package io.caiman.model.train;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.KeyIndex;

/** The distinct rows of a list of keys, out of a store, in one flat array; to be changed and put back. */
final class RowTable {

    static final long[] NO_KEYS = {};

    private final int stride;
    private final KeyIndex index = new KeyIndex(1024);
    private int[] numbers = new int[0];
    private float[] rows = new float[0];

    RowTable(int stride) {
        this.stride = stride;
    }

    /** Fetches the rows of the first {@code count} keys. */
    void load(long[] keys, int count, EmbeddingStore store) {
        number(keys, count, NO_KEYS);
        loadRows(store);
    }

    /** Numbers the rows of the first {@code count} keys and of further ones that entries may be pointed to; to be loaded. */
    void number(long[] keys, int count, long[] further) {
        index.clear();
        numbers = Growing.atLeast(numbers, count);
        for (int entry = 0; entry < count; entry++) {
            numbers[entry] = index.add(keys[entry]);
        }
        for (long key : further) {
            index.add(key);
        }
    }

    /** Fetches the rows of the keys, as they are now. */
    void loadRows(EmbeddingStore store) {
        makeRoom();
        store.gather(index.keys(), index.size(), rows);
    }

    /** Makes room for the rows, to be filled by somebody else. */
    void makeRoom() {
        rows = Growing.atLeast(rows, index.size() * stride);
    }

    /** Puts the rows back. */
    void store(EmbeddingStore store) {
        store.scatter(index.keys(), index.size(), rows);
    }

    /** Points an entry of the list to the row of another key, which was fetched too. */
    void point(int entry, long key) {
        numbers[entry] = index.find(key);
    }

    /** Number of the row of a key, in [0, distinct); -1 if it was not fetched. */
    int find(long key) {
        return index.find(key);
    }

    /** Whether the row of a key was fetched. */
    boolean contains(long key) {
        return find(key) >= 0;
    }

    /** The rows, {@code [distinct, stride]}. */
    float[] rows() {
        return rows;
    }

    int distinct() {
        return index.size();
    }

    /** Keys of the distinct rows, the first {@link #distinct} of the array. */
    long[] keys() {
        return index.keys();
    }

    /** Key of the row of an entry of the list. */
    long key(int entry) {
        return index.keys()[numbers[entry]];
    }

    /** Number of the row of an entry of the list, in [0, distinct). */
    int number(int entry) {
        return numbers[entry];
    }

    /** Where the row of an entry of the list starts in {@link #rows()}, in floats. */
    int row(int entry) {
        return numbers[entry] * stride;
    }
}

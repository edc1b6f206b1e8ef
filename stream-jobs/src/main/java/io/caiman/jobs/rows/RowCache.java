package io.caiman.jobs.rows;

import io.caiman.model.embedding.KeyIndex;
import java.util.Arrays;

/**
 * Rows in memory, in flat arrays without an object for each, and the choice of those that leave when room is needed:
 * S3-FIFO (Yang et al., SOSP 2023). A new row enters a small queue, a tenth of the cache. One that was used again by the
 * time it gets to the queue's head moves to the main queue, the others leave and only their keys are remembered for a
 * while; who comes back meanwhile enters the main queue at once. At the head of the main queue a row that was used starts
 * over, up to three times for as many uses. So rows seen once do not drive out those seen often.
 *
 * <p>Rows of the mini-batch at hand are pinned: they stay, even if the cache has to hold more than its capacity.
 */
final class RowCache {

    /** Share of the cache that is the small queue. */
    private static final int SMALL_SHARE = 10;

    private static final int MOST_USES = 3;

    /** What the arrays over all rows can number. */
    private static final int MOST_ROWS = 1 << 29;

    private static final int CHUNK_BITS = 10;
    private static final int CHUNK_ROWS = 1 << CHUNK_BITS;

    private static final byte DIRTY = 1;
    private static final byte STORED = 2;

    /** Bytes the cache takes for a row besides the row: key, index, queue, flags, and its part of the remembered keys. */
    private static final int OVERHEAD_BYTES = 48;

    private final int stride;
    private final int capacity;
    private final KeyIndex index = new KeyIndex(CHUNK_ROWS);
    private float[][] chunks = new float[1][];
    private byte[] flags = new byte[CHUNK_ROWS];
    private byte[] uses = new byte[CHUNK_ROWS];
    /** For each slot the number of the batch that pinned it last. */
    private int[] pinned = new int[CHUNK_ROWS];

    private final SlotQueue small = new SlotQueue();
    private final SlotQueue main = new SlotQueue();
    private final RecentKeys left = new RecentKeys();
    private int batch;
    private int dirtyRows;
    private int filledChunks;

    /**
     * An empty cache.
     *
     * @param stride floats in a row
     * @param capacity rows it may hold when no more than that are pinned, at least 1
     */
    RowCache(int stride, int capacity) {
        this.stride = stride;
        this.capacity = capacity;
        left.remember(Math.min(capacity, CHUNK_ROWS));
    }

    /** An empty cache that takes about this many bytes at most. */
    static RowCache ofBytes(int stride, long bytes) {
        long rows = bytes / (stride * Float.BYTES + OVERHEAD_BYTES);
        return new RowCache(stride, (int) Math.max(1, Math.min(rows, MOST_ROWS)));
    }

    /** Rows in memory. */
    int size() {
        return index.size();
    }

    /** Changed rows that are not in the state yet. */
    int dirtyRows() {
        return dirtyRows;
    }

    /** Bytes of memory in use. */
    long bytes() {
        return (long) filledChunks * CHUNK_ROWS * stride * Float.BYTES + (long) flags.length * OVERHEAD_BYTES;
    }

    /** Unpins the rows of the batch before. */
    void startBatch() {
        batch++;
    }

    /** The slot of a row, which is thereby used and pinned, or -1. */
    int use(long key) {
        int slot = index.find(key);
        if (slot >= 0) {
            pinned[slot] = batch;
            uses[slot] = (byte) Math.min(MOST_USES, uses[slot] + 1);
        }
        return slot;
    }

    /** The slot of a row, or -1, without using it. */
    int find(long key) {
        return index.find(key);
    }

    /**
     * Chooses rows to leave so that as many as are wanted can enter. They stay readable until {@link #remove}.
     *
     * @param entering rows that are to enter
     * @param pinnedRows rows that are pinned
     * @return slots of the rows that are to leave
     */
    int[] chooseVictims(int entering, int pinnedRows) {
        int victims = Math.min(size() + entering - capacity, size() - pinnedRows);
        int[] slots = new int[Math.max(0, victims)];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = victim();
        }
        return slots;
    }

    private int victim() {
        int pinnedInMain = 0;
        while (true) {
            // With nothing but pinned rows in the main queue, those that can leave are in the small one.
            boolean fromSmall = small.size() >= Math.max(1, capacity / SMALL_SHARE) || pinnedInMain >= main.size();
            int slot = fromSmall ? small.take() : main.take();
            boolean isPinned = isPinned(slot);
            if (!isPinned && uses[slot] == 0) {
                if (fromSmall) {
                    left.add(key(slot));
                }
                return slot;
            }
            // One that is not pinned goes to the end of the main queue: that has to be gone through anew.
            pinnedInMain = isPinned ? pinnedInMain + (fromSmall ? 0 : 1) : 0;
            uses[slot] = (byte) (fromSmall ? 0 : Math.max(0, uses[slot] - 1));
            main.add(slot);
        }
    }

    /** Takes a row that was chosen to leave out of memory. */
    void remove(int slot) {
        markDeleted(slot);
        index.remove(key(slot));
    }

    /**
     * Lets a row enter, pinned; its values are still to be {@link #put}.
     *
     * @param key one that has no row here
     * @param stored whether the store holds the row, or it is a first value
     */
    int add(long key, boolean stored) {
        int slot = index.add(key);
        if (slot >= flags.length) {
            flags = Arrays.copyOf(flags, Math.multiplyExact(2, flags.length));
            uses = Arrays.copyOf(uses, flags.length);
            pinned = Arrays.copyOf(pinned, flags.length);
            chunks = Arrays.copyOf(chunks, flags.length >> CHUNK_BITS);
            left.remember(Math.min(capacity, flags.length));
        }
        if (chunks[slot >> CHUNK_BITS] == null) {
            chunks[slot >> CHUNK_BITS] = new float[Math.multiplyExact(CHUNK_ROWS, stride)];
            filledChunks++;
        }
        flags[slot] = stored ? STORED : 0;
        uses[slot] = 0;
        pinned[slot] = batch;
        if (left.contains(key)) {
            main.add(slot);
        } else {
            small.add(slot);
        }
        return slot;
    }

    /** Gives a row its values. Several threads may, for rows of their own. */
    void put(int slot, float[] rows, int from) {
        System.arraycopy(rows, from, chunk(slot), offset(slot), stride);
    }

    /** Notes that the store holds a row, and the state not as it is here. */
    void markDirty(int slot) {
        if (!isDirty(slot)) {
            dirtyRows++;
        }
        flags[slot] = DIRTY | STORED;
    }

    /** Notes that a row is now in the state as it is here. */
    void markClean(int slot) {
        if (isDirty(slot)) {
            dirtyRows--;
            flags[slot] &= ~DIRTY;
        }
    }

    /** Notes that a row is deleted and stands here with its first values. */
    void markDeleted(int slot) {
        markClean(slot);
        flags[slot] = 0;
    }

    boolean isDirty(int slot) {
        return (flags[slot] & DIRTY) != 0;
    }

    /** Whether the row is one of the batch at hand. */
    boolean isPinned(int slot) {
        return pinned[slot] == batch;
    }

    /** Whether the store holds the row, here or in the state. */
    boolean isStored(int slot) {
        return (flags[slot] & STORED) != 0;
    }

    /** Every slot whose row was changed. */
    int[] dirtySlots() {
        int[] slots = new int[dirtyRows];
        int found = 0;
        for (int slot = 0; found < slots.length; slot++) {
            if (isDirty(slot)) {
                slots[found++] = slot;
            }
        }
        return slots;
    }

    long key(int slot) {
        return index.keys()[slot];
    }

    /** The array that holds a row, from {@link #offset}. */
    float[] chunk(int slot) {
        return chunks[slot >> CHUNK_BITS];
    }

    int offset(int slot) {
        return (slot & (CHUNK_ROWS - 1)) * stride;
    }
}

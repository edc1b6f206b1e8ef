package io.caiman.jobs.rows;

import io.caiman.model.embedding.RowShards;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.flink.util.FlinkRuntimeException;
import org.rocksdb.RocksDBException;

/**
 * Writes changed rows of cache and spill to the state, in the order RocksDB keeps them in: what it writes to its files at a
 * time then overlaps with few of them, and it has far less to merge.
 *
 * <p>A row is known by its place: a location in the spill, or the complement of a slot in the cache, which is below 0.
 */
final class WriteBack {

    private final RowCache cache;
    private final RowSpill spill;
    private final RowDatabase database;
    private final Workers workers;
    private final int stride;

    /** What early writing has before it, in {@link #ordered}, and how much of that is done. */
    private long[] early = new long[0];

    private int earlyDone;

    WriteBack(RowCache cache, RowSpill spill, RowDatabase database, Workers workers, int stride) {
        this.cache = cache;
        this.spill = spill;
        this.database = database;
        this.workers = workers;
        this.stride = stride;
    }

    /** Writes every changed row; nothing is left for pieces that were begun. */
    void all() {
        earlyDone = early.length;
        write(cache.dirtySlots(), spill.dirtyLocations());
    }

    /** Writes the changed rows of a shard. */
    void shard(int shard) {
        write(
                IntStream.of(cache.dirtySlots())
                        .filter(slot -> RowShards.of(cache.key(slot)) == shard)
                        .toArray(),
                spill.dirtyLocations(shard));
    }

    /** Writes those of some rows of the spill that are changed. */
    void spilled(int[] locations) {
        write(new int[0], IntStream.of(locations).filter(spill::isDirty).toArray());
    }

    /**
     * Writes a part of the rows that were changed when the first piece was, except those in use; after the last piece RocksDB
     * writes its files.
     *
     * @return whether there is more
     */
    boolean piece() {
        if (earlyDone == early.length) {
            early = inOrder(cache.dirtySlots(), spill.dirtyLocations());
            earlyDone = 0;
        }
        int to = Math.min(early.length, earlyDone + Workers.ON_DISK);
        // Since they were listed, other rows may have taken their places; what is written is what is there now.
        long[] piece = Arrays.stream(early, earlyDone, to)
                .filter(entry -> isDirtyAndIdle((int) entry))
                .toArray();
        try {
            write(workers.threads(), piece, 0, piece.length);
            for (long entry : piece) {
                markClean((int) entry);
            }
            earlyDone = to;
            if (earlyDone == early.length) {
                database.startFlush();
            }
        } catch (RocksDBException e) {
            throw new FlinkRuntimeException("embedding rows could not be written to the state", e);
        }
        return earlyDone < early.length;
    }

    private void write(int[] slots, int[] locations) {
        long[] order = inOrder(slots, locations);
        workers.run(order.length, Workers.ON_DISK, (worker, from, to) -> write(worker, order, from, to));
        for (long entry : order) {
            markClean((int) entry);
        }
    }

    private long[] inOrder(int[] slots, int[] locations) {
        long[] order = new long[slots.length + locations.length];
        for (int i = 0; i < slots.length; i++) {
            order[i] = ordered(cache.key(slots[i]), ~slots[i]);
        }
        for (int i = 0; i < locations.length; i++) {
            order[slots.length + i] = ordered(spill.key(locations[i]), locations[i]);
        }
        Arrays.parallelSort(order);
        return order;
    }

    /** A number that sorts by shard and, within, by as much of the key as there is room for; its lower half is the place. */
    private static long ordered(long key, int place) {
        long shard = RowShards.of(key);
        return shard << 56 | (key >>> 40) << 32 | Integer.toUnsignedLong(place);
    }

    private void write(int worker, long[] order, int from, int to) throws RocksDBException {
        float[] row = new float[stride];
        try (RowDatabase.Changes changes = database.new Changes(worker)) {
            for (int i = from; i < to; i++) {
                int place = (int) order[i];
                if (place < 0) {
                    changes.put(cache.key(~place), cache.chunk(~place), cache.offset(~place));
                } else {
                    spill.read(place, row, 0);
                    changes.put(spill.key(place), row, 0);
                }
            }
            changes.commit();
        }
    }

    private boolean isDirtyAndIdle(int place) {
        return place < 0 ? cache.isDirty(~place) && !cache.isPinned(~place) : spill.isDirty(place);
    }

    private void markClean(int place) {
        if (place < 0) {
            cache.markClean(~place);
        } else {
            spill.markClean(place);
        }
    }
}

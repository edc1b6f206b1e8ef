package io.caiman.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.KeyIndex;
import io.caiman.model.embedding.RowCensus;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.embedding.RowShards;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.embedding.RowVisitor;
import io.caiman.model.nn.Leaves;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A cache of rows in front of a store: embeddings and their accumulators in a device's memory, the rest of each row, its tail, in
 * Java's, both by the row's place. Mini-batches get their rows here ({@link #load}) and put them back here; to others it is the store
 * with all rows as they are. A new row reaches the store at once, so that the store's census has it; a changed one when it makes
 * room for another, when somebody asks for it, or by {@link #writeBack}.
 *
 * <p>The row that makes room is, in turn, one that was not used since its last turn. What is where never decides what comes out.
 */
final class DeviceRows implements EmbeddingStore {

    /** Rows that go back to the store at a time. */
    private static final int CHUNK = 1024;

    /** Places cross to the device as floats, which hold every whole number up to this. */
    static final int MOST = 1 << 24;

    private final NDManager manager;
    private final RowLayout layout;
    private final EmbeddingStore store;
    /** Weights of a row on the device, and with them the accumulators. */
    private final int width;

    private final int deviceFloats;
    private final int tailFloats;

    private final KeyIndex index = new KeyIndex(CHUNK);
    /** {@code [room, embeddings * dimension]} */
    private NDArray weights;
    /** {@code [room, embeddings]} */
    private NDArray accumulators;

    /** Rows that may be here, if a mini-batch has no more. */
    private final int limit;
    /** Rows that there is room for so far. */
    private int room;
    /** The place to look at next for one that makes room. */
    private int hand;
    /** By place, the latest mini-batch that used its row; 0 if it has none. */
    private long[] used = new long[0];
    /** By place, whether its row was used since its last turn. */
    private boolean[] recent = new boolean[0];
    /** By place, whether the store has an older state of its row. */
    private boolean[] changed = new boolean[0];
    /** By place, whether the store has its row at all. */
    private boolean[] stored = new boolean[0];

    private float[] tails = new float[0];
    private long batches;
    private long misses;

    /** Places of the table's rows. */
    private int[] places = new int[0];
    /** Numbers of those of them whose embeddings the device does not have yet. */
    private int[] missing = new int[0];

    private int missingCount;
    private long[] keys = new long[0];
    private float[] rows = new float[0];

    /**
     * An empty cache.
     *
     * @param manager of the device; to outlive this
     * @param bytes of its memory that rows may take; the rows of one mini-batch are there in any case
     */
    DeviceRows(NDManager manager, RowLayout layout, EmbeddingStore store, long bytes) {
        this.manager = manager;
        this.layout = layout;
        this.store = store;
        this.width = layout.embeddings() * layout.dimension();
        this.deviceFloats = width + layout.embeddings();
        this.tailFloats = layout.stride() - deviceFloats;
        this.weights = manager.zeros(new Shape(0, width));
        this.accumulators = manager.zeros(new Shape(0, layout.embeddings()));
        this.limit = (int) Math.max(1, Math.min(MOST, bytes / Float.BYTES / deviceFloats));
        makeRoom(Math.min(limit, CHUNK));
    }

    private void makeRoom(int target) {
        if (target > MOST) {
            throw new IllegalArgumentException(
                    "a mini-batch of %,d rows; expected at most %,d on a GPU: make 'batch.size' smaller"
                            .formatted(target, MOST));
        }
        weights = grown(weights, target - room);
        accumulators = grown(accumulators, target - room);
        used = Arrays.copyOf(used, target);
        recent = Arrays.copyOf(recent, target);
        changed = Arrays.copyOf(changed, target);
        stored = Arrays.copyOf(stored, target);
        tails = Arrays.copyOf(tails, Math.multiplyExact(target, tailFloats));
        room = target;
    }

    private NDArray grown(NDArray before, int more) {
        try (before;
                NDArray added = manager.zeros(new Shape(more, before.getShape().get(1)))) {
            return before.concat(added);
        }
    }

    /** Gives each row of a table a place, and fetches the tails of those that have one and all of the others. */
    void load(RowTable table) {
        batches++;
        int distinct = table.distinct();
        places = Growing.atLeast(places, distinct);
        missing = Growing.atLeast(missing, distinct);
        missingCount = 0;
        table.makeRoom();
        for (int row = 0; row < distinct; row++) {
            int place = index.find(table.keys()[row]);
            places[row] = place;
            if (place < 0) {
                missing[missingCount++] = row;
            } else {
                used[place] = batches;
                recent[place] = true;
                System.arraycopy(tails, place * tailFloats, table.rows(), tail(row), tailFloats);
            }
        }
        misses += missingCount;
        int needed = index.size() + missingCount;
        int wanted = Math.max(distinct, Math.min(limit, needed));
        if (wanted > room) {
            makeRoom(Math.max(wanted, Math.min(limit, 2 * room)));
        }
        evict(needed - room);
        fetch(table);
    }

    private void fetch(RowTable table) {
        gatherFrom(table, missing, missingCount);
        for (int i = 0; i < missingCount; i++) {
            int row = missing[i];
            System.arraycopy(rows, i * layout.stride(), table.rows(), row * layout.stride(), layout.stride());
            int place = index.add(keys[i]);
            places[row] = place;
            used[place] = batches;
            recent[place] = true;
            changed[place] = false;
            stored[place] = RowStatistics.sightings(rows, i * layout.stride() + layout.statistics()) > 0;
            System.arraycopy(rows, i * layout.stride() + deviceFloats, tails, place * tailFloats, tailFloats);
        }
    }

    /** Where the tail of a row of a table starts. */
    private int tail(int row) {
        return row * layout.stride() + deviceFloats;
    }

    /** Leaves in {@link #keys} and {@link #rows} those of some rows of a table, as the store has them. */
    private void gatherFrom(RowTable table, int[] numbers, int count) {
        keys = Growing.atLeast(keys, count);
        rows = Growing.atLeast(rows, count * layout.stride());
        for (int i = 0; i < count; i++) {
            keys[i] = table.keys()[numbers[i]];
        }
        store.gather(keys, count, rows);
    }

    /** Makes room for so many rows by giving up others that the mini-batch does not use. */
    private void evict(int count) {
        if (count <= 0) {
            return;
        }
        int[] victims = new int[count];
        int chosen = 0;
        while (chosen < count) {
            int place = hand;
            hand = (hand + 1) % room;
            if (used[place] == 0 || used[place] == batches) {
                continue;
            }
            if (recent[place]) {
                recent[place] = false;
            } else {
                // Not to be chosen twice.
                used[place] = batches;
                victims[chosen++] = place;
            }
        }
        writeBack(IntStream.of(victims));
        for (int place : victims) {
            remove(place);
        }
    }

    private void remove(int place) {
        index.remove(index.keys()[place]);
        used[place] = 0;
        changed[place] = false;
    }

    /** Takes over the tails of the rows that were loaded last, whose embeddings have learned on the device. */
    void store(RowTable table) {
        int created = 0;
        for (int row = 0; row < table.distinct(); row++) {
            int place = places[row];
            System.arraycopy(table.rows(), tail(row), tails, place * tailFloats, tailFloats);
            changed[place] = true;
            // No more is to come of those that are there, so their list has room for these.
            if (!stored[place] && sightings(place) > 0) {
                missing[created++] = row;
            }
        }
        missingCount = 0;
        if (created > 0) {
            gatherFrom(table, missing, created);
            for (int i = 0; i < created; i++) {
                System.arraycopy(table.rows(), tail(missing[i]), rows, tail(i), tailFloats);
                stored[places[missing[i]]] = true;
            }
            store.scatter(keys, created, rows);
        }
    }

    private float sightings(int place) {
        return RowStatistics.sightings(tails, place * tailFloats + layout.statistics() - deviceFloats);
    }

    /** Place of a row of the table that was loaded last. */
    int place(int row) {
        return places[row];
    }

    /** How many of the rows that were loaded last the device does not have yet. */
    int missing() {
        return missingCount;
    }

    /** Number in the table of one of these. */
    int missing(int i) {
        return missing[i];
    }

    /** All rows' weights, {@code [room, embeddings * dimension]}. */
    NDArray weights() {
        return weights;
    }

    /** All rows' accumulators, {@code [room, embeddings]}. */
    NDArray accumulators() {
        return accumulators;
    }

    /** Replaces the rows at these places. */
    void set(NDArray at, NDArray newWeights, NDArray newAccumulators) {
        NDIndex there = new NDIndex("{}", at);
        weights.set(there, newWeights);
        accumulators.set(there, newAccumulators);
    }

    /** Rows of a matrix, by their places in it; they belong to the manager of the places. */
    static NDArray at(NDArray places, NDArray matrix) {
        return JniUtils.embedding((PtNDArray) places, (PtNDArray) matrix, false);
    }

    /** Rows that were loaded and were not here, so far. */
    long misses() {
        return misses;
    }

    /** Has the store take over every row that was changed. */
    void writeBack() {
        writeBack(taken());
    }

    private IntStream taken() {
        return IntStream.range(0, room).filter(place -> used[place] != 0);
    }

    private void writeBack(IntStream of) {
        // What has no sighting was not learned from, and the store would not keep it.
        int[] older = of.filter(place -> changed[place] && stored[place]).toArray();
        for (int from = 0; from < older.length; from += CHUNK) {
            writeBack(Arrays.copyOfRange(older, from, Math.min(from + CHUNK, older.length)));
        }
    }

    private void writeBack(int[] chunk) {
        keys = Growing.atLeast(keys, chunk.length);
        rows = Growing.atLeast(rows, chunk.length * layout.stride());
        for (int i = 0; i < chunk.length; i++) {
            keys[i] = index.keys()[chunk[i]];
        }
        store.gather(keys, chunk.length, rows);
        try (NDManager scope = manager.newSubManager()) {
            NDArray at = scope.create(Arrays.stream(chunk).asLongStream().toArray());
            FloatBuffer floats = Leaves.floats(at(at, weights).concat(at(at, accumulators), 1));
            for (int i = 0; i < chunk.length; i++) {
                floats.get(rows, i * layout.stride(), deviceFloats);
                System.arraycopy(tails, chunk[i] * tailFloats, rows, tail(i), tailFloats);
                changed[chunk[i]] = false;
            }
        }
        store.scatter(keys, chunk.length, rows);
    }

    /** Has the store take over every row that was changed, and keeps none. */
    void release() {
        writeBack();
        index.clear();
        Arrays.fill(used, 0);
    }

    private IntStream places(long[] of, int count) {
        return Arrays.stream(of, 0, count).mapToInt(index::find).filter(place -> place >= 0);
    }

    @Override
    public void gather(long[] of, int count, float[] target) {
        writeBack(places(of, count));
        store.gather(of, count, target);
    }

    @Override
    public void scatter(long[] of, int count, float[] source) {
        places(of, count).forEach(this::remove);
        store.scatter(of, count, source);
    }

    @Override
    public void delete(long[] of, int count) {
        places(of, count).forEach(this::remove);
        store.delete(of, count);
    }

    @Override
    public void scan(int shard, RowVisitor visitor) {
        writeBack(taken().filter(place -> RowShards.of(index.keys()[place]) == shard));
        store.scan(shard, visitor);
    }

    @Override
    public RowCensus census() {
        return store.census();
    }
}

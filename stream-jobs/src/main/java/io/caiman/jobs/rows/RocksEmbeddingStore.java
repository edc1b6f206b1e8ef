package io.caiman.jobs.rows;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.FirstValues;
import io.caiman.model.embedding.RowCensus;
import io.caiman.model.embedding.RowShards;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.embedding.RowVisitor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.LongPrimitiveArraySerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.state.rocksdb.RocksDBKeyedStateBackend;
import org.apache.flink.util.FlinkRuntimeException;
import org.rocksdb.RocksDBException;

/**
 * Rows in RocksDB keyed state, one shard for each key group, behind a {@link RowCache} on the heap and a {@link RowSpill}
 * on the local disk: a row is in one of the two, or in the state only. A mini-batch's missing rows are read together, and
 * the rows that make room for them are written in the same go, by several threads. Changed rows reach the state by {@link
 * #flush}, before every snapshot, or when the spill is full; {@link #beginEarlyWrites} has most of them written before that,
 * while nobody waits. What is where never decides what the store answers.
 */
public final class RocksEmbeddingStore implements EmbeddingStore, AutoCloseable {

    /** For a row's place in the spill: it has none. */
    private static final int IN_STATE = -1;

    /** Fewer rows than this come and go before another thread is awake to help. */
    private static final int FEW = 32;

    private final RocksDBKeyedStateBackend<Integer> backend;
    private final FirstValues firstValues;
    private final int stride;
    private final MapState<Long, float[]> rows;
    private final ValueState<long[]> censusState;
    private final RowDatabase database;
    private final Workers workers;
    private final RowCache cache;
    private final RowSpill spill;
    private final WriteBack writeBack;
    private final EarlyWriting earlyWriting;
    private final RowCensus census;
    /** The census of each shard as it is in the state, where one without rows may be missing. */
    private final long[][] storedCensus = new long[RowShards.COUNT][];

    /** Slots of the rows of the latest gather, by position. */
    private int[] slots = new int[0];
    /** Of those that were not in the cache, whether the store had them. */
    private boolean[] found = new boolean[0];
    /** Where they were in the spill, or {@link #IN_STATE}. */
    private int[] spilled = new int[0];

    private long lookups;
    private long misses;

    /**
     * Opens a table of rows; what the backend restored of it is in it.
     *
     * @param backend a RocksDB backend with {@link RowShards#COUNT} key groups, of the keys of {@link ShardKeys}
     * @param name of the keyed state
     * @param features how many features, or pairs of them, the rows are of
     * @throws IllegalArgumentException if the backend is another
     */
    public RocksEmbeddingStore(
            KeyedStateBackend<?> backend,
            String name,
            RowFormat format,
            FirstValues firstValues,
            int features,
            RowStoreOptions options)
            throws Exception {
        this.backend = RowDatabase.require(backend);
        this.firstValues = firstValues;
        this.stride = firstValues.stride();
        this.rows = this.backend.getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new MapStateDescriptor<>(name, LongSerializer.INSTANCE, new RowSerializer(format)));
        String censusName = name + "-census";
        this.censusState = this.backend.getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new ValueStateDescriptor<>(censusName, LongPrimitiveArraySerializer.INSTANCE));
        this.workers = new Workers(options.threads());
        this.database = new RowDatabase(this.backend, name, censusName, stride, options.threads() + 1);
        this.cache = RowCache.ofBytes(stride, options.cacheBytes());
        this.spill = new RowSpill(database.directory().resolveSibling("spill"), stride, options.spillBytes());
        this.writeBack = new WriteBack(cache, spill, database, workers, stride);
        this.earlyWriting = new EarlyWriting(workers, writeBack::piece);
        this.census = new RowCensus(features);
        for (int shard : ownShards()) {
            this.backend.setCurrentKey(ShardKeys.of(shard));
            long[] stored = censusState.value();
            if (stored != null) {
                census.restore(shard, stored);
            }
            storedCensus[shard] = census.state(shard);
        }
    }

    private Iterable<Integer> ownShards() {
        return backend.getKeyGroupRange();
    }

    @Override
    public void gather(long[] keys, int count, float[] target) {
        earlyWriting.pause();
        if (slots.length < count) {
            slots = new int[count];
            found = new boolean[count];
            spilled = new int[count];
        }
        // As much room as could be wanted, for from here on what was found in the spill must stay where it is.
        int room = spill.makeRoom(count, writeBack::spilled);
        int missing = lookUp(keys, count);
        int[] leaving = cache.chooseVictims(missing, count - missing);
        int[] places = placesFor(leaving, room);
        // One list of work, so that writing what leaves and reading what enters go on side by side.
        int pieceLength = leaving.length + missing < FEW ? Workers.IN_MEMORY : Workers.ON_DISK;
        workers.run(leaving.length + count, pieceLength, (worker, from, to) -> {
            putAway(worker, leaving, places, from, Math.min(to, leaving.length));
            fetch(worker, keys, Math.max(from, leaving.length) - leaving.length, to - leaving.length, target);
        });
        spill.commit();
        for (int slot : leaving) {
            cache.remove(slot);
        }
        int[] entering = new int[missing];
        for (int i = 0, entered = 0; entered < missing; i++) {
            if (slots[i] < 0) {
                slots[i] = cache.add(keys[i], found[i]);
                if (spilled[i] != IN_STATE && spill.remove(keys[i], spilled[i])) {
                    cache.markDirty(slots[i]);
                }
                entering[entered++] = i;
            }
        }
        workers.run(missing, Workers.IN_MEMORY, (worker, from, to) -> {
            for (int i = from; i < to; i++) {
                cache.put(slots[entering[i]], target, entering[i] * stride);
            }
        });
        earlyWriting.resume();
    }

    /** Finds the rows' slots in the cache, -1 for others, and of those their places; returns how many others there are. */
    private int lookUp(long[] keys, int count) {
        cache.startBatch();
        workers.run(count, Workers.IN_MEMORY, (worker, from, to) -> {
            for (int i = from; i < to; i++) {
                slots[i] = cache.use(keys[i]);
                spilled[i] = slots[i] < 0 ? spill.find(keys[i]) : IN_STATE;
            }
        });
        int missing = 0;
        for (int i = 0; i < count; i++) {
            missing += slots[i] < 0 ? 1 : 0;
        }
        lookups += count;
        misses += missing;
        return missing;
    }

    /** Reserves places in the spill for rows that leave the cache, as long as it has any; {@link #IN_STATE} for others. */
    private int[] placesFor(int[] leaving, int room) {
        int[] places = new int[leaving.length];
        for (int i = 0; i < leaving.length; i++) {
            int slot = leaving[i];
            places[i] =
                    i < room && cache.isStored(slot) ? spill.reserve(cache.key(slot), cache.isDirty(slot)) : IN_STATE;
        }
        return places;
    }

    private void putAway(int worker, int[] leaving, int[] places, int from, int to) throws RocksDBException {
        if (from >= to) {
            return;
        }
        try (RowDatabase.Changes changes = database.new Changes(worker)) {
            for (int i = from; i < to; i++) {
                int slot = leaving[i];
                if (places[i] != IN_STATE) {
                    spill.write(places[i], cache.key(slot), cache.chunk(slot), cache.offset(slot));
                } else if (cache.isDirty(slot)) {
                    changes.put(cache.key(slot), cache.chunk(slot), cache.offset(slot));
                }
            }
            changes.commit();
        }
    }

    private void fetch(int worker, long[] keys, int from, int to, float[] target) throws RocksDBException {
        for (int i = from; i < to; i++) {
            int slot = slots[i];
            if (slot >= 0) {
                System.arraycopy(cache.chunk(slot), cache.offset(slot), target, i * stride, stride);
                continue;
            }
            if (spilled[i] != IN_STATE) {
                spill.read(spilled[i], target, i * stride);
            }
            found[i] = spilled[i] != IN_STATE || database.read(worker, keys[i], target, i * stride);
            if (!found[i]) {
                firstValues.initialize(keys[i], target, i * stride);
            }
        }
    }

    @Override
    public void scatter(long[] keys, int count, float[] source) {
        earlyWriting.pause();
        workers.run(count, Workers.IN_MEMORY, (worker, from, to) -> {
            for (int i = from; i < to; i++) {
                if (cache.key(slots[i]) != keys[i]) {
                    throw new IllegalArgumentException("the rows are not those of the latest gather");
                }
                if (RowStatistics.sightings(source, statistics(i)) > 0) {
                    cache.put(slots[i], source, i * stride);
                }
            }
        });
        for (int i = 0; i < count; i++) {
            if (RowStatistics.sightings(source, statistics(i)) > 0) {
                if (!cache.isStored(slots[i])) {
                    census.add(RowShards.of(keys[i]), RowStatistics.feature(source, statistics(i)));
                }
                cache.markDirty(slots[i]);
            }
        }
    }

    /** Where the statistics of the i-th of some rows begin. */
    private int statistics(int i) {
        return (i + 1) * stride - RowStatistics.FLOATS;
    }

    @Override
    public void delete(long[] keys, int count) {
        if (count == 0) {
            return;
        }
        earlyWriting.pause();
        float[] row = new float[stride];
        try (RowDatabase.Changes changes = database.new Changes(0)) {
            for (int i = 0; i < count; i++) {
                int slot = cache.find(keys[i]);
                int place = slot >= 0 ? IN_STATE : spill.find(keys[i]);
                boolean stored =
                        place != IN_STATE || (slot >= 0 ? cache.isStored(slot) : database.read(0, keys[i], row, 0));
                if (place != IN_STATE) {
                    spill.read(place, row, 0);
                    spill.remove(keys[i], place);
                }
                if (slot >= 0) {
                    System.arraycopy(cache.chunk(slot), cache.offset(slot), row, 0, stride);
                    firstValues.initialize(keys[i], cache.chunk(slot), cache.offset(slot));
                    cache.markDeleted(slot);
                }
                if (stored) {
                    census.remove(RowShards.of(keys[i]), RowStatistics.feature(row, stride - RowStatistics.FLOATS));
                    changes.delete(keys[i]);
                }
            }
            changes.commit();
        } catch (RocksDBException e) {
            throw new FlinkRuntimeException("embedding rows could not be deleted", e);
        }
    }

    @Override
    public void scan(int shard, RowVisitor visitor) {
        earlyWriting.pause();
        writeBack.shard(shard);
        try {
            backend.setCurrentKey(ShardKeys.of(shard));
            for (Map.Entry<Long, float[]> row : rows.entries()) {
                visitor.row(row.getKey(), row.getValue(), 0);
            }
        } catch (Exception e) {
            throw new FlinkRuntimeException("embedding rows of shard %d could not be read".formatted(shard), e);
        }
    }

    @Override
    public RowCensus census() {
        return census;
    }

    /**
     * Soon to {@link #flush}: from the next gather on, whenever a mini-batch has its rows and nobody uses the store, the rows that
     * are changed by then and that the mini-batch does not have are written to the state; those that change again meanwhile
     * wait for the flush. Then RocksDB writes its files. Any thread may ask for it at any time.
     */
    public void beginEarlyWrites() {
        earlyWriting.begin();
    }

    /**
     * Writes every changed row, and the census, of tables in one backend to the keyed state, and has RocksDB write its files once for
     * all of them.
     */
    public static void flush(List<RocksEmbeddingStore> tables) throws Exception {
        for (RocksEmbeddingStore table : tables) {
            table.write();
        }
        RowDatabase.flush(tables.stream().map(table -> table.database).toList());
    }

    private void write() throws Exception {
        earlyWriting.end();
        writeBack.all();
        for (int shard : ownShards()) {
            long[] now = census.state(shard);
            if (!Arrays.equals(now, storedCensus[shard])) {
                backend.setCurrentKey(ShardKeys.of(shard));
                censusState.update(now);
                storedCensus[shard] = now;
            }
        }
    }

    /** Rows looked up so far. */
    public long lookups() {
        return lookups;
    }

    /** Rows that were not in memory when they were looked up. */
    public long misses() {
        return misses;
    }

    /** Changed rows that the state does not have yet. */
    public int dirtyRows() {
        return cache.dirtyRows() + spill.dirtyRows();
    }

    /** Bytes of those. */
    public long dirtyBytes() {
        return (long) dirtyRows() * stride * Float.BYTES;
    }

    /** Bytes of local disk that rows take besides the state. */
    public long spillBytes() {
        return spill.bytes();
    }

    /** Bytes of memory the cache takes. */
    public long cacheBytes() {
        return cache.bytes();
    }

    @Override
    public void close() {
        try {
            earlyWriting.end();
        } finally {
            workers.close();
            spill.close();
        }
    }
}

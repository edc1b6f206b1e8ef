package io.caiman.jobs.rows;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.FirstValues;
import io.caiman.model.embedding.RowCensus;
import io.caiman.model.embedding.RowShards;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.embedding.RowVisitor;
import java.util.Arrays;
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
 * Rows in RocksDB keyed state, one shard for each key group, behind a write-back {@link RowCache}. A mini-batch's
 * missing rows are read together, and the rows that make room for them are written in the same go, by several threads.
 * Changed rows otherwise reach the state by {@link #flush}, before every snapshot. What the cache holds never decides
 * what the store answers.
 */
public final class RocksEmbeddingStore implements EmbeddingStore, AutoCloseable {

    private final RocksDBKeyedStateBackend<Integer> backend;
    private final FirstValues firstValues;
    private final int stride;
    private final MapState<Long, float[]> rows;
    private final ValueState<long[]> censusState;
    private final RowDatabase database;
    private final Workers workers;
    private final RowCache cache;
    private final RowCensus census;

    /** Slots of the rows of the latest gather, by position. */
    private int[] slots = new int[0];
    /** Of those that were not in the cache, whether the state had them. */
    private boolean[] found = new boolean[0];

    private long lookups;
    private long misses;

    /**
     * Opens a table of rows; what the backend restored of it is in it.
     *
     * @param backend a RocksDB backend with {@link RowShards#COUNT} key groups, of the keys of {@link ShardKeys}
     * @param name of the keyed state
     * @param features how many features, or pairs of them, the rows are of
     * @param cacheBytes memory for rows in front of the state; a single mini-batch with more is held all the same
     * @param threads that read and write rows at the same time, the caller's included
     * @throws IllegalArgumentException if the backend is another
     */
    public RocksEmbeddingStore(
            KeyedStateBackend<?> backend,
            String name,
            RowFormat format,
            FirstValues firstValues,
            int features,
            long cacheBytes,
            int threads)
            throws Exception {
        this.backend = RowDatabase.require(backend);
        this.firstValues = firstValues;
        this.stride = firstValues.stride();
        this.rows = this.backend.getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new MapStateDescriptor<>(name, LongSerializer.INSTANCE, new RowSerializer(format)));
        this.censusState = this.backend.getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new ValueStateDescriptor<>(name + "-census", LongPrimitiveArraySerializer.INSTANCE));
        this.workers = new Workers(threads);
        this.database = new RowDatabase(this.backend, name, stride, threads);
        this.cache = RowCache.ofBytes(stride, cacheBytes);
        this.census = new RowCensus(features);
        for (int shard : ownShards()) {
            this.backend.setCurrentKey(ShardKeys.of(shard));
            long[] stored = censusState.value();
            if (stored != null) {
                census.restore(shard, stored);
            }
        }
    }

    private Iterable<Integer> ownShards() {
        return backend.getKeyGroupRange();
    }

    @Override
    public void gather(long[] keys, int count, float[] target) {
        if (slots.length < count) {
            slots = new int[count];
            found = new boolean[count];
        }
        int missing = lookUp(keys, count);
        int[] leaving = cache.chooseVictims(missing, count - missing);
        // One list of work, so that writing what leaves and reading what enters go on side by side.
        workers.run(leaving.length + count, (worker, from, to) -> {
            write(worker, leaving, from, Math.min(to, leaving.length));
            fetch(worker, keys, Math.max(from, leaving.length) - leaving.length, to - leaving.length, target);
        });
        for (int slot : leaving) {
            cache.remove(slot);
        }
        for (int i = 0; i < count && missing > 0; i++) {
            if (slots[i] < 0) {
                slots[i] = cache.add(keys[i], found[i], target, i * stride);
                missing--;
            }
        }
    }

    /** Finds the slots of rows that are in the cache, -1 for the others; returns how many others there are. */
    private int lookUp(long[] keys, int count) {
        cache.startBatch();
        int missing = 0;
        for (int i = 0; i < count; i++) {
            slots[i] = cache.use(keys[i]);
            missing += slots[i] < 0 ? 1 : 0;
        }
        lookups += count;
        misses += missing;
        return missing;
    }

    private void fetch(int worker, long[] keys, int from, int to, float[] target) throws RocksDBException {
        for (int i = from; i < to; i++) {
            int slot = slots[i];
            if (slot >= 0) {
                System.arraycopy(cache.chunk(slot), cache.offset(slot), target, i * stride, stride);
            } else {
                found[i] = database.read(worker, keys[i], target, i * stride);
                if (!found[i]) {
                    firstValues.initialize(keys[i], target, i * stride);
                }
            }
        }
    }

    /** Writes those of some cached rows that were changed to the state. */
    private void write(int worker, int[] cached, int from, int to) throws RocksDBException {
        if (from >= to) {
            return;
        }
        try (RowDatabase.Changes changes = database.new Changes(worker)) {
            for (int i = from; i < to; i++) {
                int slot = cached[i];
                if (cache.isDirty(slot)) {
                    changes.put(cache.key(slot), cache.chunk(slot), cache.offset(slot));
                }
            }
            changes.commit();
        }
    }

    @Override
    public void scatter(long[] keys, int count, float[] source) {
        for (int i = 0; i < count; i++) {
            int row = i * stride;
            int statistics = row + stride - RowStatistics.FLOATS;
            if (RowStatistics.sightings(source, statistics) > 0) {
                int slot = slots[i];
                if (cache.key(slot) != keys[i]) {
                    throw new IllegalArgumentException("the rows are not those of the latest gather");
                }
                if (!cache.isStored(slot)) {
                    census.add(RowShards.of(keys[i]), RowStatistics.feature(source, statistics));
                }
                cache.write(slot, source, row);
            }
        }
    }

    @Override
    public void delete(long[] keys, int count) {
        if (count == 0) {
            return;
        }
        float[] row = new float[stride];
        try (RowDatabase.Changes changes = database.new Changes(0)) {
            for (int i = 0; i < count; i++) {
                int slot = cache.find(keys[i]);
                boolean stored = slot >= 0 ? cache.isStored(slot) : database.read(0, keys[i], row, 0);
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
        int[] changed = cache.dirtySlots();
        int own = 0;
        for (int slot : changed) {
            if (RowShards.of(cache.key(slot)) == shard) {
                changed[own++] = slot;
            }
        }
        flush(Arrays.copyOf(changed, own));
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

    /** Writes every changed row, and the census, to the keyed state. */
    public void flush() throws Exception {
        flush(cache.dirtySlots());
        for (int shard : ownShards()) {
            backend.setCurrentKey(ShardKeys.of(shard));
            censusState.update(census.state(shard));
        }
    }

    private void flush(int[] changed) {
        workers.run(changed.length, (worker, from, to) -> write(worker, changed, from, to));
        for (int slot : changed) {
            cache.markClean(slot);
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

    /** Changed rows that only memory holds. */
    public int dirtyRows() {
        return cache.dirtyRows();
    }

    /** Bytes of memory the cache takes. */
    public long cacheBytes() {
        return cache.bytes();
    }

    @Override
    public void close() {
        workers.close();
    }
}

package io.caiman.jobs.training;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.FirstValues;
import io.caiman.model.embedding.KeyIndex;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;
import org.apache.flink.api.common.state.MapState;

/**
 * Rows in Flink's keyed state, under {@link RowShards}, behind a write-back cache of flat arrays. A batch's rows are
 * read through the cache; changed rows reach the state when the cache makes room and, by {@link #flush}, before every
 * snapshot. When a batch's rows do not fit any more, the cache writes back and starts empty.
 */
final class KeyedStateEmbeddingStore implements EmbeddingStore {

    private static final int FIRST_ROWS = 1024;

    private final MapState<Long, byte[]> state;
    private final IntConsumer currentKey;
    private final RowShards shards;
    private final FirstValues firstValues;
    private final int stride;
    private final int capacity;

    private final KeyIndex index = new KeyIndex(FIRST_ROWS);
    private final BitSet dirty = new BitSet();
    private float[] cached;

    /**
     * A store over keyed state.
     *
     * @param state row bytes by row key, within a shard
     * @param currentKey sets the Flink key that {@code state} is read and written under
     * @param capacity rows the cache may hold; a single batch with more is held all the same
     */
    KeyedStateEmbeddingStore(
            MapState<Long, byte[]> state,
            IntConsumer currentKey,
            RowShards shards,
            FirstValues firstValues,
            int capacity) {
        this.state = state;
        this.currentKey = currentKey;
        this.shards = shards;
        this.firstValues = firstValues;
        this.stride = firstValues.stride();
        this.capacity = capacity;
        this.cached = new float[FIRST_ROWS * stride];
    }

    @Override
    public void gather(long[] keys, int count, float[] rows) {
        int[] misses = misses(keys, count);
        if (index.size() + misses.length > capacity && index.size() > 0) {
            flush();
            index.clear();
            misses = misses(keys, count);
        }
        load(keys, misses);
        for (int i = 0; i < count; i++) {
            System.arraycopy(cached, index.find(keys[i]) * stride, rows, i * stride, stride);
        }
    }

    @Override
    public void scatter(long[] keys, int count, float[] rows) {
        for (int i = 0; i < count; i++) {
            int at = add(keys[i]);
            System.arraycopy(rows, i * stride, cached, at * stride, stride);
            dirty.set(at);
        }
    }

    /** Writes every changed row to the keyed state. */
    void flush() {
        int[] changed = byShard(index.keys(), dirty.stream().toArray());
        forEachUnderItsShard(index.keys(), changed, at -> state.put(index.keys()[at], bytes(at)));
        dirty.clear();
    }

    private int[] misses(long[] keys, int count) {
        int[] misses = new int[count];
        int missing = 0;
        for (int i = 0; i < count; i++) {
            if (index.find(keys[i]) < 0) {
                misses[missing++] = i;
            }
        }
        return Arrays.copyOf(misses, missing);
    }

    private void load(long[] keys, int[] misses) {
        forEachUnderItsShard(keys, byShard(keys, misses), i -> {
            byte[] stored = state.get(keys[i]);
            int at = add(keys[i]);
            if (stored == null) {
                firstValues.initialize(keys[i], cached, at * stride);
            } else {
                ByteBuffer.wrap(stored).asFloatBuffer().get(cached, at * stride, stride);
            }
        });
    }

    private int add(long key) {
        int at = index.add(key);
        if ((at + 1) * stride > cached.length) {
            cached = Arrays.copyOf(cached, Math.multiplyExact(cached.length, 2));
        }
        return at;
    }

    private byte[] bytes(int at) {
        ByteBuffer bytes = ByteBuffer.allocate(stride * Float.BYTES);
        bytes.asFloatBuffer().put(cached, at * stride, stride);
        return bytes.array();
    }

    /** The positions, ordered so that keys of one shard stand together (a counting sort). */
    private int[] byShard(long[] keys, int[] positions) {
        int[] starts = new int[shards.count() + 1];
        for (int position : positions) {
            starts[shards.shardOf(keys[position]) + 1]++;
        }
        for (int shard = 0; shard < shards.count(); shard++) {
            starts[shard + 1] += starts[shard];
        }
        int[] ordered = new int[positions.length];
        for (int position : positions) {
            ordered[starts[shards.shardOf(keys[position])]++] = position;
        }
        return ordered;
    }

    private void forEachUnderItsShard(long[] keys, int[] ordered, StateAccess access) {
        int current = -1;
        for (int position : ordered) {
            int shard = shards.shardOf(keys[position]);
            if (shard != current) {
                currentKey.accept(shards.flinkKey(shard));
                current = shard;
            }
            try {
                access.at(position);
            } catch (Exception e) {
                throw new IllegalStateException("embedding rows could not be read from or written to keyed state", e);
            }
        }
    }

    @FunctionalInterface
    private interface StateAccess {
        void at(int position) throws Exception;
    }
}

package io.caiman.jobs.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.FirstValues;
import io.caiman.model.embedding.InMemoryEmbeddingStore;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowShards;
import io.caiman.model.embedding.RowStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RocksEmbeddingStoreTest {

    private static final int STRIDE = 3 + RowStatistics.FLOATS;

    /** Most rows are in the spill, some in the state only. */
    private static final RowStoreOptions SMALL = new RowStoreOptions(5_000, 10_000, 2);

    /** A row's weights start as a function of its key. */
    private static final FirstValues FIRST = new FirstValues() {
        @Override
        public int stride() {
            return STRIDE;
        }

        @Override
        public void initialize(long key, float[] rows, int offset) {
            Arrays.fill(rows, offset, offset + STRIDE, 0f);
            rows[offset] = key % 1000;
        }
    };

    private static final RowFormat FORMAT = StoreHarness.format(STRIDE);

    /** From room for one row to room for all; small ones send every row through the state again and again. */
    @ParameterizedTest
    @CsvSource({"1, 0", "1, 3000", "2000, 2000", "2000, 1000000", "20000, 0", "20000, 10000", "10000000, 1000"})
    void does_what_the_store_in_memory_does_whatever_is_where(long cacheBytes, long spillBytes) throws Exception {
        RowStoreOptions options = new RowStoreOptions(cacheBytes, spillBytes, 2);
        try (StoreHarness harness = new StoreHarness(FIRST, FORMAT, options)) {
            RocksEmbeddingStore store = harness.open();
            EmbeddingStore oracle = oracle();
            Random random = new Random(cacheBytes);
            for (int round = 0; round < 200; round++) {
                if (round % 3 == 0) {
                    store.beginEarlyWrites();
                }
                exercise(store, oracle, random, round);
                if (round % 20 == 0) {
                    assertSameRows(store, oracle);
                }
                if (round % 50 == 0) {
                    harness.snapshot(round + 1);
                }
            }
            assertSameRows(store, oracle);
        }
    }

    @Test
    void rows_and_census_move_with_their_shards_when_a_savepoint_changes_its_parallelism() throws Exception {
        EmbeddingStore oracle = oracle();
        OperatorSubtaskState snapshot;
        try (StoreHarness harness = new StoreHarness(FIRST, FORMAT, SMALL)) {
            EmbeddingStore store = harness.open();
            Random random = new Random(5);
            for (int round = 0; round < 50; round++) {
                exercise(store, oracle, random, round);
            }
            snapshot = harness.snapshot(1);
        }
        for (int parallelism : new int[] {1, 2, 3, 128}) {
            int rows = 0;
            for (int subtask = 0; subtask < parallelism; subtask++) {
                try (StoreHarness harness =
                        new StoreHarness(FIRST, FORMAT, SMALL, StoreHarness.rocks(), parallelism, subtask)) {
                    EmbeddingStore store = harness.open(snapshot, 1, parallelism, subtask);
                    for (int shard : harness.shards()) {
                        assertThat(rows(store, shard)).isEqualTo(rows(oracle, shard));
                        assertThat(store.census().state(shard))
                                .containsExactly(oracle.census().state(shard));
                    }
                    rows += (int) store.census().rows();
                }
            }
            assertThat(rows).as("rows at parallelism %d", parallelism).isEqualTo((int)
                    oracle.census().rows());
        }
    }

    @Test
    void what_it_writes_is_keyed_state_that_flink_reads() throws Exception {
        try (StoreHarness harness = new StoreHarness(FIRST, FORMAT, SMALL)) {
            RocksEmbeddingStore store = harness.open();
            EmbeddingStore oracle = oracle();
            exercise(store, oracle, new Random(1), 1);
            RocksEmbeddingStore.flush(List.of(store));

            MapState<Long, float[]> state = harness.backend()
                    .getPartitionedState(
                            VoidNamespace.INSTANCE,
                            VoidNamespaceSerializer.INSTANCE,
                            new MapStateDescriptor<>("rows", LongSerializer.INSTANCE, new RowSerializer(FORMAT)));
            int found = 0;
            for (int shard = 0; shard < RowShards.COUNT; shard++) {
                harness.backend().setCurrentKey(ShardKeys.of(shard));
                for (Map.Entry<Long, List<Float>> row : rows(oracle, shard).entrySet()) {
                    assertThat(list(state.get(row.getKey()), 0)).isEqualTo(row.getValue());
                    found++;
                }
            }
            assertThat(found).isPositive();
        }
    }

    @Test
    void rows_written_early_leave_only_those_of_the_mini_batch_at_hand_and_what_changes_again_to_the_flush()
            throws Exception {
        try (StoreHarness harness = new StoreHarness(FIRST, FORMAT, SMALL)) {
            RocksEmbeddingStore store = harness.open();
            EmbeddingStore oracle = oracle();
            Random random = new Random(1);
            for (int round = 1; round < 30; round++) {
                exercise(store, oracle, random, round);
            }
            long[] keys = random.longs(20, 0, 3000).map(RowKeys::mix).distinct().toArray();
            float[] rows = new float[keys.length * STRIDE];
            assertThat(store.dirtyRows()).isGreaterThan(keys.length);

            store.beginEarlyWrites();
            store.gather(keys, keys.length, rows);
            await().untilAsserted(() -> assertThat(store.dirtyRows()).isLessThanOrEqualTo(keys.length));
            exercise(store, oracle, random, 30);

            assertThat(store.dirtyRows()).isPositive();
            harness.snapshot(1);
            assertThat(store.dirtyRows()).isZero();
            assertSameRows(store, oracle);
        }
    }

    @Test
    void tables_are_flushed_together_so_that_nothing_is_left_to_write_and_what_has_not_changed_is_not_written()
            throws Exception {
        try (StoreHarness harness = new StoreHarness(FIRST, FORMAT, SMALL)) {
            RocksEmbeddingStore store = harness.open();
            try (RocksEmbeddingStore other = table(harness, "other");
                    RocksEmbeddingStore empty = table(harness, "empty")) {
                List<RocksEmbeddingStore> tables = List.of(store, other, empty);
                RocksEmbeddingStore.flush(tables);
                assertThat(files(harness)).isZero();

                exercise(store, oracle(), new Random(1), 1);
                exercise(other, oracle(), new Random(2), 1);
                RocksEmbeddingStore.flush(tables);
                assertThat(store.dirtyRows() + other.dirtyRows()).isZero();
                long files = files(harness);
                assertThat(files).isPositive();

                RocksEmbeddingStore.flush(tables);
                harness.snapshot(1);
                assertThat(files(harness)).isEqualTo(files);
            }
        }
    }

    private static RocksEmbeddingStore table(StoreHarness harness, String name) throws Exception {
        return new RocksEmbeddingStore(harness.backend(), name, FORMAT, FIRST, StoreHarness.FEATURES, SMALL);
    }

    /** How many files RocksDB has written. */
    private static long files(StoreHarness harness) throws IOException {
        Path directory =
                new RowDatabase(RowDatabase.require(harness.backend()), "rows", "rows-census", STRIDE, 1).directory();
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> file.toString().endsWith(".sst")).count();
        }
    }

    @Test
    void a_checkpoint_of_rows_of_another_layout_is_refused_naming_what_changed() throws Exception {
        OperatorSubtaskState snapshot;
        try (StoreHarness harness = new StoreHarness(FIRST, FORMAT, SMALL)) {
            exercise(harness.open(), oracle(), new Random(1), 1);
            snapshot = harness.snapshot(1);
        }
        RowFormat other = new RowFormat(STRIDE, Map.of("embedding sets", "3"));
        try (StoreHarness harness = new StoreHarness(FIRST, other, SMALL)) {
            assertThatThrownBy(() -> harness.open(snapshot, 1, 1, 0)).hasStackTraceContaining("embedding sets: 2 -> 3");
        }
    }

    @Test
    void another_state_backend_is_refused_with_the_remedy() throws Exception {
        try (StoreHarness harness = new StoreHarness(FIRST, FORMAT, SMALL, new HashMapStateBackend(), 1, 0)) {
            assertThatThrownBy(harness::open).hasStackTraceContaining("set state.backend.type to rocksdb");
        }
    }

    @Test
    void rows_of_another_gather_are_not_taken_for_those_of_the_latest() throws Exception {
        try (StoreHarness harness = new StoreHarness(FIRST, FORMAT, SMALL)) {
            EmbeddingStore store = harness.open();
            float[] rows = new float[STRIDE];
            store.gather(new long[] {1}, 1, rows);
            RowStatistics.count(rows, STRIDE - RowStatistics.FLOATS, 0, 0, false, 1f);

            assertThatThrownBy(() -> store.scatter(new long[] {2}, 1, rows)).hasMessageContaining("latest gather");
        }
    }

    private static EmbeddingStore oracle() {
        return new InMemoryEmbeddingStore(FIRST, StoreHarness.FEATURES);
    }

    /** Some rows are changed or deleted in both stores, which must have given the same before. */
    private static void exercise(EmbeddingStore store, EmbeddingStore oracle, Random random, int round) {
        long[] keys = random.longs(1 + random.nextInt(round % 10 == 0 ? 1500 : 60), 0, 3000)
                .map(RowKeys::mix)
                .distinct()
                .toArray();
        float[] rows = new float[keys.length * STRIDE];
        float[] expected = new float[keys.length * STRIDE];
        store.gather(keys, keys.length, rows);
        oracle.gather(keys, keys.length, expected);
        assertThat(rows).containsExactly(expected);
        if (round % 7 == 6) {
            store.delete(keys, keys.length);
            oracle.delete(keys, keys.length);
            return;
        }
        for (int i = 0; i < keys.length; i++) {
            int statistics = (i + 1) * STRIDE - RowStatistics.FLOATS;
            rows[i * STRIDE + 1] = random.nextFloat();
            // One in ten is not seen, and not kept if it is new.
            if (random.nextInt(10) > 0) {
                int feature = Math.floorMod(keys[i], StoreHarness.FEATURES);
                RowStatistics.count(rows, statistics, feature, round, random.nextBoolean(), 0.9f);
            }
        }
        store.scatter(keys, keys.length, rows);
        oracle.scatter(keys, keys.length, rows);
    }

    private static void assertSameRows(EmbeddingStore store, EmbeddingStore oracle) {
        for (int shard = 0; shard < RowShards.COUNT; shard++) {
            assertThat(rows(store, shard)).isEqualTo(rows(oracle, shard));
            assertThat(store.census().state(shard))
                    .containsExactly(oracle.census().state(shard));
        }
    }

    private static Map<Long, List<Float>> rows(EmbeddingStore store, int shard) {
        Map<Long, List<Float>> found = new HashMap<>();
        store.scan(shard, (key, rows, offset) -> found.put(key, list(rows, offset)));
        return found;
    }

    private static List<Float> list(float[] rows, int offset) {
        List<Float> list = new ArrayList<>();
        for (int i = 0; i < STRIDE; i++) {
            list.add(rows[offset + i]);
        }
        return list;
    }
}

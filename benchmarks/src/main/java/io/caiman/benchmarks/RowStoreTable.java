package io.caiman.benchmarks;

import io.caiman.jobs.rows.RocksEmbeddingStore;
import io.caiman.jobs.rows.RowFormat;
import io.caiman.jobs.rows.RowStoreOptions;
import io.caiman.jobs.rows.ShardKeys;
import io.caiman.model.embedding.FirstValues;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowShards;
import io.caiman.model.embedding.RowStatistics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Rows a second that the row store gathers and scatters, beside RocksDB used directly with the same options (multiGet
 * and a write batch) and beside a map in memory, one after the other in one process. The best of three
 * times ten seconds; beside it the rate with what a checkpoint after those ten seconds has to write.
 *
 * <p>Arguments: numbers of rows, by default 1000000 and 20000000.
 */
public final class RowStoreTable {

    private static final int STRIDE = 100;
    private static final int BATCH = 8192;
    private static final int CACHE_SHARE = 10;
    private static final int THREADS = 2;
    private static final double SECONDS = 10;
    private static final int ROUNDS = 3;

    private RowStoreTable() {}

    /** Measures and prints. */
    public static void main(String[] args) throws Exception {
        int[] sizes = args.length == 0
                ? new int[] {1_000_000, 20_000_000}
                : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
        RocksDB.loadLibrary();
        System.out.printf(
                "rows of %d B, batches of %d draws, heap for 1/%d of the rows, disk for 3/2 of them, %d threads%n",
                STRIDE * Float.BYTES, BATCH, CACHE_SHARE, THREADS);
        System.out.println(
                "rows       workload  store          rows/s  beside RocksDB  beside the map  with checkpoints  hit rate");
        for (int size : sizes) {
            List<Measured> raw = measure(size, new RawRocks());
            List<Measured> own = measure(size, new OwnStore(size));
            List<Measured> map = measure(size, new PlainMap(size));
            for (int i = 0; i < raw.size(); i++) {
                print(size, "RocksDB", raw.get(i), raw.get(i), map.get(i));
                print(size, "Caiman", own.get(i), raw.get(i), map.get(i));
                print(size, "map", map.get(i), raw.get(i), map.get(i));
            }
        }
    }

    private enum Workload {
        UNIFORM,
        ZIPF
    }

    /** Rows a second, without and with a checkpoint every ten seconds, and the share of them that a cache had. */
    private record Measured(Workload workload, double rate, double checkpointed, double hitRate) {}

    /** Rows gathered and scattered, and how long that and then a checkpoint's writing took. */
    private record Round(long rows, double seconds, double settling) {}

    private static void print(int size, String store, Measured measured, Measured raw, Measured map) {
        System.out.printf(
                "%-10d %-9s %-10s %,10.0f  %14.2f  %14.2f  %,16.0f  %8.3f%n",
                size,
                measured.workload,
                store,
                measured.rate,
                measured.rate / raw.rate,
                measured.rate / map.rate,
                measured.checkpointed,
                measured.hitRate);
    }

    private static List<Measured> measure(int size, Store store) throws Exception {
        try (store) {
            long[] keys = new long[BATCH];
            float[] rows = new float[BATCH * STRIDE];
            fill(size, store, keys, rows);
            List<Measured> measured = new ArrayList<>();
            for (Workload workload : Workload.values()) {
                Draws draws = new Draws(size, workload == Workload.ZIPF);
                run(store, draws, keys, rows);
                long lookups = store.lookups();
                long misses = store.misses();
                double rate = 0;
                double checkpointed = 0;
                for (int round = 0; round < ROUNDS; round++) {
                    Round done = run(store, draws, keys, rows);
                    rate = Math.max(rate, done.rows / done.seconds);
                    checkpointed = Math.max(checkpointed, done.rows / (done.seconds + done.settling));
                }
                double missed = (store.misses() - misses) / (double) Math.max(1, store.lookups() - lookups);
                measured.add(new Measured(workload, rate, checkpointed, 1 - missed));
            }
            return measured;
        }
    }

    private static void fill(int size, Store store, long[] keys, float[] rows) throws Exception {
        for (int i = 0; i < BATCH; i++) {
            rows[(i + 1) * STRIDE - RowStatistics.FLOATS] = 1;
        }
        long start = System.nanoTime();
        for (int first = 0; first < size; first += BATCH) {
            int count = Math.min(BATCH, size - first);
            for (int i = 0; i < count; i++) {
                keys[i] = RowKeys.mix(first + i);
            }
            store.fill(keys, count, rows);
        }
        store.settle();
        System.err.printf(
                "%s: %,d rows in %.0f s%n", store.getClass().getSimpleName(), size, (System.nanoTime() - start) / 1e9);
    }

    /** So many seconds of the store's own time, and what a checkpoint then writes. */
    private static Round run(Store store, Draws draws, long[] keys, float[] rows) throws Exception {
        long nanos = 0;
        long count = 0;
        while (nanos < SECONDS * 1e9) {
            int distinct = draws.next(keys);
            long start = System.nanoTime();
            store.gather(keys, distinct, rows);
            long gathered = System.nanoTime();
            for (int i = 0; i < distinct; i++) {
                rows[i * STRIDE] += 1;
            }
            long learned = System.nanoTime();
            store.scatter(keys, distinct, rows);
            nanos += gathered - start + System.nanoTime() - learned;
            count += distinct;
        }
        long start = System.nanoTime();
        store.settle();
        return new Round(count, nanos / 1e9, (System.nanoTime() - start) / 1e9);
    }

    /** Batches of distinct keys out of independent draws. */
    private static final class Draws {

        private final SplittableRandom random = new SplittableRandom(7);
        private final int size;
        private final double[] cumulated;
        private final int[] drawnIn;
        private int batch;

        Draws(int size, boolean zipf) {
            this.size = size;
            this.drawnIn = new int[size];
            this.cumulated = new double[zipf ? size : 0];
            double sum = 0;
            for (int i = 0; i < cumulated.length; i++) {
                sum += 1.0 / (i + 1);
                cumulated[i] = sum;
            }
        }

        int next(long[] keys) {
            batch++;
            int distinct = 0;
            for (int i = 0; i < BATCH; i++) {
                int drawn = draw();
                if (drawnIn[drawn] != batch) {
                    drawnIn[drawn] = batch;
                    keys[distinct++] = RowKeys.mix(drawn);
                }
            }
            return distinct;
        }

        private int draw() {
            if (cumulated.length == 0) {
                return random.nextInt(size);
            }
            int at = Arrays.binarySearch(cumulated, random.nextDouble() * cumulated[size - 1]);
            return Math.min(size - 1, at < 0 ? -at - 1 : at);
        }
    }

    private interface Store extends AutoCloseable {

        default void fill(long[] keys, int count, float[] rows) throws Exception {
            scatter(keys, count, rows);
        }

        default void settle() throws Exception {}

        void gather(long[] keys, int count, float[] rows) throws Exception;

        void scatter(long[] keys, int count, float[] rows) throws Exception;

        default long lookups() {
            return 0;
        }

        default long misses() {
            return 0;
        }

        @Override
        void close() throws Exception;
    }

    private static final class PlainMap implements Store {

        private final HashMap<Long, float[]> map;

        PlainMap(int size) {
            map = new HashMap<>((int) (size / 0.75) + 1);
        }

        @Override
        public void fill(long[] keys, int count, float[] rows) {
            for (int i = 0; i < count; i++) {
                map.put(keys[i], Arrays.copyOfRange(rows, i * STRIDE, (i + 1) * STRIDE));
            }
        }

        @Override
        public void gather(long[] keys, int count, float[] rows) {
            for (int i = 0; i < count; i++) {
                System.arraycopy(map.get(keys[i]), 0, rows, i * STRIDE, STRIDE);
            }
        }

        @Override
        public void scatter(long[] keys, int count, float[] rows) {
            for (int i = 0; i < count; i++) {
                System.arraycopy(rows, i * STRIDE, map.get(keys[i]), 0, STRIDE);
            }
        }

        @Override
        public void close() {
            map.clear();
        }
    }

    private static final class OwnStore implements Store {

        private final RowBackend backend = new RowBackend();
        private final RocksEmbeddingStore store;

        OwnStore(int size) throws Exception {
            FirstValues zeros = new FirstValues() {
                @Override
                public int stride() {
                    return STRIDE;
                }

                @Override
                public void initialize(long key, float[] rows, int offset) {
                    Arrays.fill(rows, offset, offset + STRIDE, 0f);
                }
            };
            store = new RocksEmbeddingStore(
                    backend.keyed(),
                    "rows",
                    new RowFormat(STRIDE, Map.of()),
                    zeros,
                    1,
                    new RowStoreOptions(
                            (long) size / CACHE_SHARE * (STRIDE * Float.BYTES + 48),
                            (long) size * (STRIDE * Float.BYTES + Long.BYTES) * 3 / 2,
                            THREADS));
        }

        @Override
        public void fill(long[] keys, int count, float[] rows) {
            store.gather(keys, count, new float[count * STRIDE]);
            store.scatter(keys, count, rows);
        }

        @Override
        public void settle() throws Exception {
            int changed = store.dirtyRows();
            long start = System.nanoTime();
            RocksEmbeddingStore.flush(List.of(store));
            System.err.printf(
                    "%,d changed rows to RocksDB, %.2f us each%n",
                    changed, (System.nanoTime() - start) / 1e3 / Math.max(1, changed));
        }

        @Override
        public void gather(long[] keys, int count, float[] rows) {
            store.gather(keys, count, rows);
        }

        @Override
        public void scatter(long[] keys, int count, float[] rows) {
            store.scatter(keys, count, rows);
        }

        @Override
        public long lookups() {
            return store.lookups();
        }

        @Override
        public long misses() {
            return store.misses();
        }

        @Override
        public void close() throws Exception {
            store.close();
            backend.close();
        }
    }

    /** As the row store's documentation says RocksDB is used without it: one multiGet, one write batch. */
    private static final class RawRocks implements Store {

        private final Path directory = Files.createTempDirectory("caiman-raw-rows");
        private final List<AutoCloseable> options = new ArrayList<>();
        private final RocksDB database;
        private final ColumnFamilyHandle column;
        private final WriteOptions writes = new WriteOptions().setDisableWAL(true);
        private final ReadOptions reads = new ReadOptions();

        RawRocks() throws Exception {
            database = RowBackend.openDirectly(directory, options);
            column = database.getDefaultColumnFamily();
        }

        @Override
        public void gather(long[] keys, int count, float[] rows) throws Exception {
            List<byte[]> list = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                list.add(key(keys[i]));
            }
            List<byte[]> values = database.multiGetAsList(reads, list);
            for (int i = 0; i < count; i++) {
                ByteBuffer.wrap(values.get(i))
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(rows, i * STRIDE, STRIDE);
            }
        }

        @Override
        public void scatter(long[] keys, int count, float[] rows) throws Exception {
            try (WriteBatch batch = new WriteBatch()) {
                for (int i = 0; i < count; i++) {
                    ByteBuffer value = ByteBuffer.allocate(STRIDE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    value.asFloatBuffer().put(rows, i * STRIDE, STRIDE);
                    batch.put(column, key(keys[i]), value.array());
                }
                database.write(writes, batch);
            }
        }

        private static byte[] key(long row) {
            int shard = RowShards.of(row);
            return ByteBuffer.allocate(14)
                    .put((byte) shard)
                    .putInt(ShardKeys.of(shard))
                    .put((byte) 0)
                    .putLong(row)
                    .array();
        }

        @Override
        public void close() throws Exception {
            database.close();
            for (AutoCloseable option : options) {
                option.close();
            }
            delete(directory);
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

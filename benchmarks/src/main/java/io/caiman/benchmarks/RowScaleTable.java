package io.caiman.benchmarks;

import io.caiman.jobs.rows.RocksEmbeddingStore;
import io.caiman.jobs.rows.RowFormat;
import io.caiman.jobs.rows.RowStoreOptions;
import io.caiman.model.embedding.CandidateInitializer;
import io.caiman.model.embedding.CrossInitializer;
import io.caiman.model.embedding.FirstValues;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Trainer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.rocksdb.RocksDB;

/**
 * How learning goes on as rows become many: impressions a second of the trainer over its row store at several numbers of
 * rows (without Kafka and Avro, whose cost does not depend on rows, so a job loses less), what a checkpoint costs for
 * each changed row, and the heap over a stream of ever new ids under a row budget.
 *
 * <p>Arguments: numbers of rows, by default 1000000 and 20000000.
 */
public final class RowScaleTable {

    private static final int BATCH = 1024;
    private static final int FEATURES = 20;
    private static final int DOMAINS = 5;
    private static final int FILL = 8192;
    private static final int WARM_UP = 400;
    private static final int MEASURED = 300;
    private static final int CACHE_SHARE = 10;
    private static final long NEW_IDS = 10_000_000;
    private static final long ROW_BUDGET = 1_000_000;

    private RowScaleTable() {}

    /** Measures and prints. */
    public static void main(String[] args) throws Exception {
        RocksDB.loadLibrary();
        int[] sizes = args.length == 0
                ? new int[] {1_000_000, 20_000_000}
                : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
        double first = 0;
        for (int size : sizes) {
            double rate = learn(size);
            first = first == 0 ? rate : first;
            System.out.printf("%,d rows: %,.0f impressions/s, %.2f of the first%n", size, rate, rate / first);
        }
        everNewIds();
    }

    /** Impressions a second with users and items drawn by Zipf's law, half of the rows each. */
    private static double learn(int size) throws Exception {
        ModelSpec spec = spec(16, "");
        try (RowBackend backend = new RowBackend();
                Rows rows = new Rows(
                        backend,
                        spec,
                        (long) size / CACHE_SHARE * (new RowInitializer(spec).stride() + 12L) * Float.BYTES);
                Trainer trainer = new Trainer(spec, rows.tables(), ComputeDevice.CPU)) {
            fill(rows.features, spec, size);
            Zipf zipf = new Zipf(size / 2);
            MiniBatch batch = new MiniBatch(FEATURES);
            SplittableRandom random = new SplittableRandom(1);
            long nanos = 0;
            for (int step = 0; step < WARM_UP + MEASURED; step++) {
                draw(batch, random, zipf);
                long start = System.nanoTime();
                trainer.step(batch);
                nanos += step < WARM_UP ? 0 : System.nanoTime() - start;
                batch.clear();
            }
            long dirty = rows.features.dirtyRows();
            long start = System.nanoTime();
            rows.flush();
            double flushed = (System.nanoTime() - start) / 1e3;
            long bytes = backend.checkpoint(1);
            double all = (System.nanoTime() - start) / 1e3;
            System.out.printf(
                    "%,d rows: first checkpoint, of everything: %,.1f s, %,d MB%n", size, all / 1e6, bytes >> 20);
            System.out.printf("  of it %,d changed rows written in %.2f us each%n", dirty, flushed / dirty);
            for (int step = 0; step < 100; step++) {
                draw(batch, random, zipf);
                trainer.step(batch);
                batch.clear();
            }
            dirty = rows.features.dirtyRows();
            start = System.nanoTime();
            rows.flush();
            flushed = (System.nanoTime() - start) / 1e3;
            bytes = backend.checkpoint(2);
            all = (System.nanoTime() - start) / 1e3;
            System.out.printf(
                    "  next checkpoint: %,d changed rows, %.2f s of which %.2f s stop the trainer, %.0f B a changed row%n",
                    dirty, all / 1e6, flushed / 1e6, (double) bytes / dirty);
            return MEASURED * (double) BATCH / (nanos / 1e9);
        }
    }

    private static void everNewIds() throws Exception {
        ModelSpec spec = spec(4, "eviction: {row-budget: %d, min-score: 0}\n".formatted(ROW_BUDGET));
        try (RowBackend backend = new RowBackend();
                Rows rows = new Rows(backend, spec, 16 << 20);
                Trainer trainer = new Trainer(spec, rows.tables(), ComputeDevice.CPU)) {
            MiniBatch batch = new MiniBatch(FEATURES);
            SplittableRandom random = new SplittableRandom(1);
            long evicted = 0;
            int sixth = 0;
            for (long id = 0; id < NEW_IDS; ) {
                for (int sample = 0; sample < BATCH; sample++, id += 2) {
                    batch.start(random.nextInt(DOMAINS), random.nextBoolean(), 0);
                    for (int feature = 0; feature < FEATURES; feature++) {
                        batch.add(RowKeys.key(feature, feature < 2 ? id : random.nextInt(100)), 1);
                        batch.endFeature();
                    }
                }
                evicted += trainer.step(batch).evicted().size();
                batch.clear();
                if (id * 6 / NEW_IDS > sixth) {
                    sixth++;
                    System.gc();
                    long heap = Runtime.getRuntime().totalMemory()
                            - Runtime.getRuntime().freeMemory();
                    System.out.printf(
                            "%,d ids seen: %,d rows, %,d given up, %,d MB of heap%n",
                            id, rows.features.census().rows(), evicted, heap >> 20);
                }
            }
        }
    }

    private static ModelSpec spec(int dimension, String more) {
        String slots = IntStream.range(2, FEATURES).mapToObj(i -> "slot" + i).collect(Collectors.joining(", "));
        return SpecReader.parse("benchmark", """
                name: crocodile
                task: click
                domains: ["0", "1", "2", "4", "6"]
                features: [user, item, %s]
                prior-features: [user, item]
                embedding: {dimension: %d}
                health: {every-steps: 0}
                """.formatted(slots, dimension) + more);
    }

    private static void draw(MiniBatch batch, SplittableRandom random, Zipf zipf) {
        for (int sample = 0; sample < BATCH; sample++) {
            batch.start(random.nextInt(DOMAINS), random.nextBoolean(), 0);
            for (int feature = 0; feature < FEATURES; feature++) {
                batch.add(RowKeys.key(feature, feature < 2 ? zipf.draw(random) : random.nextInt(100)), 1);
                batch.endFeature();
            }
        }
    }

    /** Gives every user and item a row as if it had been seen once. */
    private static void fill(RocksEmbeddingStore store, ModelSpec spec, int size) {
        RowInitializer first = new RowInitializer(spec);
        int stride = first.stride();
        float[] rows = new float[FILL * stride];
        long[] keys = new long[FILL];
        for (int from = 0; from < size; from += FILL) {
            int count = Math.min(FILL, size - from);
            for (int i = 0; i < count; i++) {
                keys[i] = RowKeys.key((from + i) % 2, (from + i) / 2);
            }
            store.gather(keys, count, rows);
            for (int i = 0; i < count; i++) {
                RowStatistics.count(rows, (i + 1) * stride - RowStatistics.FLOATS, (from + i) % 2, 0, false, 1f);
            }
            store.scatter(keys, count, rows);
        }
    }

    /** A model's tables in one backend. */
    private static final class Rows implements AutoCloseable {

        private final RocksEmbeddingStore features;
        private final RocksEmbeddingStore crosses;
        private final RocksEmbeddingStore candidates;

        Rows(RowBackend backend, ModelSpec spec, long cacheBytes) throws Exception {
            RowInitializer initializer = new RowInitializer(spec);
            features = table(backend, "rows", RowFormat.features(initializer.layout()), initializer, cacheBytes);
            CrossInitializer ofCrosses = new CrossInitializer(spec);
            crosses = table(backend, "cross-rows", RowFormat.crosses(ofCrosses.stride()), ofCrosses, 1 << 20);
            CandidateInitializer ofCandidates = new CandidateInitializer();
            candidates =
                    table(backend, "candidates", RowFormat.candidates(ofCandidates.stride()), ofCandidates, 1 << 20);
        }

        private static RocksEmbeddingStore table(
                RowBackend backend, String name, RowFormat format, FirstValues firstValues, long cacheBytes)
                throws Exception {
            return new RocksEmbeddingStore(
                    backend.keyed(),
                    name,
                    format,
                    firstValues,
                    FEATURES,
                    new RowStoreOptions(cacheBytes, 15 * cacheBytes, 2));
        }

        ModelRows tables() {
            return new ModelRows(features, crosses, candidates);
        }

        void flush() throws Exception {
            RocksEmbeddingStore.flush(List.of(features, crosses, candidates));
        }

        @Override
        public void close() {
            features.close();
            crosses.close();
            candidates.close();
        }
    }
}

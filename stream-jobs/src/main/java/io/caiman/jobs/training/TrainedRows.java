package io.caiman.jobs.training;

import io.caiman.jobs.rows.RocksEmbeddingStore;
import io.caiman.jobs.rows.RowFormat;
import io.caiman.jobs.rows.RowStoreOptions;
import io.caiman.model.embedding.CandidateInitializer;
import io.caiman.model.embedding.CrossInitializer;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.train.StepResult;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.util.IOUtils;

/** The tables of the rows that a job trains, in its keyed state, and their metrics. */
final class TrainedRows implements AutoCloseable {

    /** What the tables of crosses and of candidates each take of heap and disk. */
    private static final int SMALL_TABLES_SHARE = 8;

    private final ModelSpec spec;
    private final RocksEmbeddingStore features;
    private final RocksEmbeddingStore crosses;
    private final RocksEmbeddingStore candidates;
    private final Counter admitted = new SimpleCounter();
    private final Counter evicted = new SimpleCounter();

    TrainedRows(KeyedStateBackend<?> backend, ModelSpec spec, TrainingOptions options) throws Exception {
        this.spec = spec;
        RowStoreOptions whole = options.rows();
        RowStoreOptions small = new RowStoreOptions(
                Math.max(1, whole.cacheBytes() / SMALL_TABLES_SHARE),
                whole.spillBytes() / SMALL_TABLES_SHARE,
                whole.threads());
        RowStoreOptions rest = new RowStoreOptions(
                Math.max(1, whole.cacheBytes() - 2 * small.cacheBytes()),
                whole.spillBytes() - 2 * small.spillBytes(),
                whole.threads());
        RowInitializer ofFeatures = new RowInitializer(spec);
        CrossInitializer ofCrosses = new CrossInitializer(spec);
        CandidateInitializer ofCandidates = new CandidateInitializer();
        int kinds = spec.features().size();
        RowFormat format = RowFormat.features(ofFeatures.layout());
        features = new RocksEmbeddingStore(backend, "rows", format, ofFeatures, kinds, rest);
        crosses = new RocksEmbeddingStore(
                backend,
                "cross-rows",
                RowFormat.crosses(ofCrosses.stride()),
                ofCrosses,
                ModelRows.crossKinds(spec),
                small);
        candidates = new RocksEmbeddingStore(
                backend, "candidates", RowFormat.candidates(ofCandidates.stride()), ofCandidates, kinds, small);
    }

    ModelRows tables() {
        return new ModelRows(features, crosses, candidates);
    }

    /** Registers the metrics that {@link TrainingMetrics} names. */
    void register(MetricGroup metrics) {
        metrics.counter(TrainingMetrics.ADMITTED_ROWS, admitted);
        metrics.counter(TrainingMetrics.EVICTED_ROWS, evicted);
        metrics.gauge(
                TrainingMetrics.ROW_CACHE_BYTES,
                () -> all().stream().mapToLong(RocksEmbeddingStore::cacheBytes).sum());
        metrics.gauge(
                TrainingMetrics.ROW_SPILL_BYTES,
                () -> all().stream().mapToLong(RocksEmbeddingStore::spillBytes).sum());
        metrics.gauge(
                TrainingMetrics.ROW_CACHE_DIRTY,
                () -> all().stream().mapToLong(RocksEmbeddingStore::dirtyRows).sum());
        metrics.gauge(TrainingMetrics.ROW_LOOKUPS, features::lookups);
        metrics.gauge(TrainingMetrics.ROW_CACHE_MISSES, features::misses);
        for (int feature = 0; feature < spec.features().size(); feature++) {
            int place = feature;
            metrics.addGroup("feature", spec.features().get(feature))
                    .gauge(TrainingMetrics.ROWS, () -> features.census().ofFeature(place));
        }
    }

    private List<RocksEmbeddingStore> all() {
        return List.of(features, crosses, candidates);
    }

    /** Counts what a step admitted and evicted. */
    void count(StepResult result) {
        admitted.inc(result.admitted());
        evicted.inc(result.evicted().size());
    }

    /** Bytes of changed rows that the keyed state does not have yet. */
    long dirtyBytes() {
        return all().stream().mapToLong(RocksEmbeddingStore::dirtyBytes).sum();
    }

    /** Soon to flush: rows begin to be written while mini-batches are learned from. Any thread may ask for it. */
    void beginEarlyWrites() {
        all().forEach(RocksEmbeddingStore::beginEarlyWrites);
    }

    /** Writes every changed row to the keyed state. */
    void flush() throws Exception {
        RocksEmbeddingStore.flush(all());
    }

    @Override
    public void close() throws Exception {
        IOUtils.closeAll(all());
    }
}

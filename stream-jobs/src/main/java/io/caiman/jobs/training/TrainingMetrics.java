package io.caiman.jobs.training;

/** Names of the trainer's metrics, counters unless said otherwise, in the scope of the operator {@link TrainingTopology#TRAINER}. */
public final class TrainingMetrics {

    /** Impressions scored, also those of mini-batches that were not learned from. */
    public static final String IMPRESSIONS = "impressions";
    /** Mini-batches scored. */
    public static final String STEPS = "steps";
    /** Mini-batches not learned from because a loss or gradient was not finite. */
    public static final String SKIPPED_STEPS = "skippedSteps";
    /**
     * Nanoseconds spent in the step: rows in, forward, backward, update, rows out; with the pipeline stale-1 the network's time
     * only, without rows in and out.
     */
    public static final String STEP_NANOS = "stepNanos";

    /** Ids that got a row of their own after waiting for it. */
    public static final String ADMITTED_ROWS = "admittedRows";
    /** Rows given up. */
    public static final String EVICTED_ROWS = "evictedRows";
    /** Rows in memory and state, a gauge for each feature in the group {@code feature.NAME}. */
    public static final String ROWS = "rows";
    /** Gauge: rows of features looked up so far. */
    public static final String ROW_LOOKUPS = "rowLookups";
    /** Gauge: of those the ones the cache did not have. */
    public static final String ROW_CACHE_MISSES = "rowCacheMisses";
    /** Gauge: rows that a mini-batch needed and the GPU did not have so far. */
    public static final String DEVICE_ROW_CACHE_MISSES = "deviceRowCacheMisses";
    /** Gauge: changed rows of all tables that RocksDB does not have yet. */
    public static final String ROW_CACHE_DIRTY = "rowCacheDirtyRows";
    /** Gauge: bytes of memory that rows of all tables take. */
    public static final String ROW_CACHE_BYTES = "rowCacheBytes";

    /** Gauge: bytes of local disk that rows of all tables take besides RocksDB. */
    public static final String ROW_SPILL_BYTES = "rowSpillBytes";

    private TrainingMetrics() {}
}

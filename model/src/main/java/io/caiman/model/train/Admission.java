package io.caiman.model.train;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowStatistics;
import io.caiman.model.spec.AdmissionSpec;
import io.caiman.model.spec.ModelSpec;
import java.util.Arrays;

/**
 * Which ids have a row of their own (see {@link AdmissionSpec}). An entry of a mini-batch whose id has none yet is
 * pointed to the default row of its feature. Sightings count one by one in order of arrival, so which of them is the
 * first with a row of its own does not depend on how impressions fall into mini-batches.
 */
final class Admission {

    private static final long DEFAULT = RowKeys.hash("(default)");

    private final int[] minCounts;
    private final float probability;
    private final float decayPerDay;
    private final long seed;
    private final long[] defaults;
    private final long[] controlledDefaults;

    /** The entries whose ids have no row, with their samples, features and keys, in order of arrival. */
    private int[] entries = new int[0];

    private int[] samples = new int[0];
    private int[] features = new int[0];
    private long[] keys = new long[0];
    private int count;

    private final RowTable candidates = new RowTable(RowStatistics.FLOATS);
    /** For each row of {@link #candidates} whether its id is admitted by this mini-batch. */
    private boolean[] admitted = new boolean[0];

    private long[] admittedKeys = new long[0];
    private int admittedCount;

    Admission(ModelSpec spec) {
        AdmissionSpec admission = spec.admission();
        this.minCounts = spec.features().stream().mapToInt(admission::minCount).toArray();
        this.probability = admission.probability();
        this.decayPerDay = spec.eviction().decayPerDay();
        this.seed = RowKeys.mix(spec.seed());
        this.defaults = spec.features().stream()
                .mapToLong(feature -> RowKeys.key(RowKeys.hash(feature), DEFAULT))
                .toArray();
        long[] controlled = new long[defaults.length];
        int size = 0;
        for (int feature = 0; feature < defaults.length; feature++) {
            if (controls(feature)) {
                controlled[size++] = defaults[feature];
            }
        }
        this.controlledDefaults = Arrays.copyOf(controlled, size);
    }

    private boolean controls(int feature) {
        return minCounts[feature] > 1 || probability < 1;
    }

    /** Keys of the default rows that entries may be pointed to. */
    long[] defaultRows() {
        return controlledDefaults;
    }

    /**
     * Points the entries of ids without a row of their own to the default rows of their features. Nothing is admitted.
     *
     * @param table the batch's rows and the default ones
     * @param statistics where {@link RowStatistics} start in a row
     */
    void pointToDefaults(MiniBatch batch, RowTable table, int statistics) {
        collect(batch, table, statistics);
        for (int i = 0; i < count; i++) {
            table.point(entries[i], defaults[features[i]]);
        }
    }

    /**
     * Counts the sightings of ids without a row of their own and admits those that have enough of them; points the
     * entries of the others to the default rows of their features.
     *
     * @param impressions how many impressions were learned from before this batch
     */
    void admit(MiniBatch batch, RowTable table, int statistics, EmbeddingStore store, long impressions) {
        collect(batch, table, statistics);
        admittedCount = 0;
        candidates.load(keys, count, store);
        if (admitted.length < count) {
            admitted = new boolean[count];
            admittedKeys = new long[count];
        }
        Arrays.fill(admitted, false);
        for (int i = 0; i < count; i++) {
            int candidate = candidates.number(i);
            if (!admitted[candidate] && admits(batch, i, impressions + samples[i])) {
                admitted[candidate] = true;
                admittedKeys[admittedCount++] = keys[i];
            }
            if (!admitted[candidate]) {
                table.point(entries[i], defaults[features[i]]);
            }
        }
    }

    private boolean admits(MiniBatch batch, int i, long impression) {
        int minCount = minCounts[features[i]];
        if (minCount > 1) {
            int day = batch.day(samples[i]);
            boolean click = batch.isPositive(samples[i]);
            RowStatistics.count(candidates.rows(), candidates.row(i), features[i], day, click, decayPerDay);
            if (RowStatistics.sightings(candidates.rows(), candidates.row(i)) < minCount) {
                return false;
            }
        }
        // 53 bits, as many as a double holds.
        double coin = (RowKeys.mix(RowKeys.mix(seed ^ keys[i]) + impression) >>> 11) * 0x1p-53;
        return coin < probability;
    }

    private void collect(MiniBatch batch, RowTable table, int statistics) {
        count = 0;
        if (controlledDefaults.length == 0) {
            return;
        }
        if (entries.length < batch.entries()) {
            entries = new int[batch.entries()];
            samples = new int[batch.entries()];
            features = new int[batch.entries()];
            keys = new long[batch.entries()];
        }
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int feature = 0; feature < defaults.length; feature++) {
                for (int entry = batch.start(sample, feature);
                        controls(feature) && entry < batch.end(sample, feature);
                        entry++) {
                    if (RowStatistics.sightings(table.rows(), table.row(entry) + statistics) == 0) {
                        entries[count] = entry;
                        samples[count] = sample;
                        features[count] = feature;
                        keys[count++] = batch.keys()[entry];
                    }
                }
            }
        }
    }

    /** Ids that got a row of their own in this mini-batch. */
    int admitted() {
        return admittedCount;
    }

    /** The counts of this mini-batch's candidates. */
    RowTable candidates() {
        return candidates;
    }

    /** Puts the counts back; those of admitted ids are given up. */
    void store(EmbeddingStore store) {
        if (count == 0) {
            return;
        }
        candidates.store(store);
        store.delete(admittedKeys, admittedCount);
    }
}

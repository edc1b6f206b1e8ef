package io.caiman.model.train;

import io.caiman.model.embedding.RowStatistics;
import java.util.Arrays;

/**
 * Impressions to learn from, as row keys and weights in flat arrays, filled one after another: {@link #start}, then for
 * each feature in the spec's order its ids by {@link #add} and {@link #endFeature}. Reused from batch to batch.
 *
 * <p>A feature's embedding is the mean over its n ids of weight times embedding; that of a feature without ids is 0.
 */
public final class MiniBatch {

    private static final int FIRST_SAMPLES = 64;

    private final int features;
    private int size;
    private int ended;
    private int entries;
    private int[] domains = new int[FIRST_SAMPLES];
    private boolean[] labels = new boolean[FIRST_SAMPLES];
    private int[] days = new int[FIRST_SAMPLES];
    private int[] ends;
    private long[] keys;
    private float[] shares;

    /** An empty batch of impressions with this many features. */
    public MiniBatch(int features) {
        this.features = features;
        this.ends = new int[FIRST_SAMPLES * features];
        this.keys = new long[FIRST_SAMPLES * features];
        this.shares = new float[FIRST_SAMPLES * features];
    }

    /**
     * Starts the next impression.
     *
     * @param eventTimeMs when it was shown, milliseconds since 1970
     */
    public void start(int domain, boolean label, long eventTimeMs) {
        if (ended != size * features) {
            throw new IllegalStateException(
                    "the impression before has " + ended % features + " of " + features + " features");
        }
        if (size == labels.length) {
            domains = Arrays.copyOf(domains, 2 * size);
            labels = Arrays.copyOf(labels, 2 * size);
            days = Arrays.copyOf(days, 2 * size);
            ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        domains[size] = domain;
        labels[size] = label;
        days[size] = RowStatistics.day(eventTimeMs);
        size++;
    }

    /** Adds an id of the current feature. */
    public void add(long key, float weight) {
        if (entries == keys.length) {
            keys = Arrays.copyOf(keys, 2 * entries);
            shares = Arrays.copyOf(shares, 2 * entries);
        }
        keys[entries] = key;
        shares[entries] = weight;
        entries++;
    }

    /** Ends the current feature; what is added next belongs to the feature after it. */
    public void endFeature() {
        int start = ended == 0 ? 0 : ends[ended - 1];
        for (int entry = start; entry < entries; entry++) {
            shares[entry] /= entries - start;
        }
        ends[ended++] = entries;
    }

    /** Empties the batch. */
    public void clear() {
        size = 0;
        ended = 0;
        entries = 0;
    }

    /** Impressions in the batch. */
    public int size() {
        return size;
    }

    int entries() {
        return entries;
    }

    int domain(int sample) {
        return domains[sample];
    }

    boolean label(int sample) {
        return labels[sample];
    }

    /** Day of event time. */
    int day(int sample) {
        return days[sample];
    }

    /** Row keys, the first {@link #entries()} of the array. */
    long[] keys() {
        return keys;
    }

    /** Weight of an id over the number of ids of its feature. */
    float share(int entry) {
        return shares[entry];
    }

    /** First entry of a feature of a sample. */
    int start(int sample, int feature) {
        int at = sample * features + feature;
        return at == 0 ? 0 : ends[at - 1];
    }

    /** One past the last entry of a feature of a sample. */
    int end(int sample, int feature) {
        return ends[sample * features + feature];
    }
}

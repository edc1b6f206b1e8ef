package io.caiman.model.train;

import io.caiman.model.embedding.RowStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Impressions to learn from, as row keys and weights in flat arrays, filled one after another: {@link #startUnlabelled},
 * the labels it has by {@link #label}, then for each feature in the spec's order its ids by {@link #add} and
 * {@link #endFeature}. Reused from batch to batch.
 *
 * <p>A feature's embedding is the mean over its n ids of weight times embedding; that of a feature without ids is 0.
 */
public final class MiniBatch {

    private static final int FIRST_SAMPLES = 64;

    private static final byte ABSENT = 0;
    private static final byte NEGATIVE = 1;
    private static final byte POSITIVE = 2;

    private final List<String> newDomains = new ArrayList<>();
    private final int features;
    private final int tasks;
    private int size;
    private int ended;
    private int entries;
    private int[] domains = new int[FIRST_SAMPLES];
    /** {@code [samples, tasks]} */
    private byte[] labels;

    private int[] days = new int[FIRST_SAMPLES];
    private int[] ends;
    private long[] keys;
    private float[] shares;

    /** An empty batch of impressions with this many features, for a model of one task. */
    public MiniBatch(int features) {
        this(features, 1);
    }

    /** An empty batch of impressions with this many features, for a model of this many tasks. */
    public MiniBatch(int features, int tasks) {
        this.features = features;
        this.tasks = tasks;
        this.labels = new byte[FIRST_SAMPLES * tasks];
        this.ends = new int[FIRST_SAMPLES * features];
        this.keys = new long[FIRST_SAMPLES * features];
        this.shares = new float[FIRST_SAMPLES * features];
    }

    /** Starts the next impression, with the label of the model's first, and mostly only, task. */
    public void start(int domain, boolean label, long eventTimeMs) {
        startUnlabelled(domain, eventTimeMs);
        label(0, label);
    }

    /**
     * Starts the next impression, without labels so far.
     *
     * @param eventTimeMs when it was shown, milliseconds since 1970
     */
    public void startUnlabelled(int domain, long eventTimeMs) {
        if (ended != size * features) {
            throw new IllegalStateException(
                    "the impression before has " + ended % features + " of " + features + " features");
        }
        if (size == domains.length) {
            domains = Arrays.copyOf(domains, 2 * size);
            labels = Arrays.copyOf(labels, 2 * labels.length);
            days = Arrays.copyOf(days, 2 * size);
            ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        domains[size] = domain;
        Arrays.fill(labels, size * tasks, (size + 1) * tasks, ABSENT);
        days[size] = RowStatistics.day(eventTimeMs);
        size++;
    }

    /** Says what the current impression is labelled for a task of the model, by its number. */
    public void label(int task, boolean label) {
        labels[(size - 1) * tasks + task] = label ? POSITIVE : NEGATIVE;
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

    /** Says that a domain is among the batch's that the trainer does not know yet; it gets the number after the last one's. */
    public void addDomain(String name) {
        newDomains.add(name);
    }

    /** The domains that the trainer does not know yet, in order of arrival. */
    List<String> newDomains() {
        return newDomains;
    }

    /** Empties the batch. */
    public void clear() {
        newDomains.clear();
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

    int tasks() {
        return tasks;
    }

    /** Whether an impression has a label for a task. */
    boolean isLabelled(int sample, int task) {
        return labels[sample * tasks + task] != ABSENT;
    }

    /** What an impression is labelled for a task; false where it has no label. */
    boolean label(int sample, int task) {
        return labels[sample * tasks + task] == POSITIVE;
    }

    /** Whether any label of an impression is true. */
    boolean isPositive(int sample) {
        boolean positive = false;
        for (int task = 0; task < tasks; task++) {
            positive |= label(sample, task);
        }
        return positive;
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

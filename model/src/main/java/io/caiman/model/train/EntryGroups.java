package io.caiman.model.train;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The entries of a mini-batch for sums on a device, which take as many of each feature of a sample: those of features with at most 1, 2,
 * 4, 8, ... ids stand together, each filled up to that with shares of 0. So no more is added than there is, however many ids one
 * impression has. Reused from batch to batch.
 */
final class EntryGroups {

    /** Of up to 2^0 to 2^30 ids. */
    private static final int GROUPS = 31;

    private final int features;
    /** Features of samples in each group. */
    private final int[] sizes = new int[GROUPS];
    /** By group, where its next feature of a sample stands among all, and its next entry. */
    private final int[] nextSum = new int[GROUPS];

    private final int[] nextEntry = new int[GROUPS];
    private int[] groups = {};
    private int entries;
    private boolean weighted;

    EntryGroups(int features) {
        this.features = features;
    }

    /** Looks at a mini-batch. */
    void load(MiniBatch batch) {
        if ((long) batch.size() * features > DeviceRows.MOST) {
            throw new IllegalArgumentException(
                    "a mini-batch of %,d impressions with %d features; expected at most %,d of both together on a GPU: make 'batch.size' smaller"
                            .formatted(batch.size(), features, DeviceRows.MOST));
        }
        Arrays.fill(sizes, 0);
        weighted = batch.entries() < batch.size() * features;
        for (int entry = 0; entry < batch.entries() && !weighted; entry++) {
            weighted = batch.share(entry) != 1f;
        }
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int feature = 0; feature < features; feature++) {
                sizes[group(batch, sample, feature)]++;
            }
        }
        groups = IntStream.range(0, GROUPS).filter(group -> sizes[group] > 0).toArray();
        entries = 0;
        int sums = 0;
        for (int group : groups) {
            nextSum[group] = sums;
            nextEntry[group] = entries;
            sums += sizes[group];
            entries = Math.addExact(entries, Math.multiplyExact(sizes[group], width(group)));
        }
    }

    private static int group(MiniBatch batch, int sample, int feature) {
        int count = batch.end(sample, feature) - batch.start(sample, feature);
        return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, count) - 1);
    }

    /** The groups that have any, ascending. */
    int[] groups() {
        return groups;
    }

    /** Entries of each feature of a sample in a group. */
    static int width(int group) {
        return 1 << group;
    }

    /** Entries of a group, filled up. */
    int entries(int group) {
        return sizes[group] * width(group);
    }

    /** Entries of all groups, filled up. */
    int entries() {
        return entries;
    }

    /** Whether an id counts other than once, or a feature has none; else there are no shares to be had. */
    boolean isWeighted() {
        return weighted;
    }

    /**
     * Writes the number of each entry's row, then, if they are weighted, its share, group by group; then, for each sample by domain and
     * feature, where its sum stands among those of all groups.
     */
    void put(MiniBatch batch, Assembly assembly, FloatBuffer target) {
        int numbersAt = target.position();
        int sharesAt = numbersAt + entries;
        int sumsAt = sharesAt + (weighted ? entries : 0);
        for (int sample = 0; sample < batch.size(); sample++) {
            for (int feature = 0; feature < features; feature++) {
                int group = group(batch, sample, feature);
                int start = batch.start(sample, feature);
                int count = batch.end(sample, feature) - start;
                int at = nextEntry[group];
                for (int i = 0; i < width(group); i++) {
                    target.put(numbersAt + at + i, i < count ? assembly.table().number(start + i) : 0);
                    if (weighted) {
                        target.put(sharesAt + at + i, i < count ? batch.share(start + i) : 0f);
                    }
                }
                nextEntry[group] += width(group);
                target.put(sumsAt + assembly.position(sample) * features + feature, nextSum[group]++);
            }
        }
        target.position(sumsAt + batch.size() * features);
    }
}

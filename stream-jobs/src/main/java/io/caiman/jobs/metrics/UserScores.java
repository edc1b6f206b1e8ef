package io.caiman.jobs.metrics;

import java.util.Arrays;

/**
 * The scores of one user in one task of one model, over all domains: {@link io.caiman.model.evaluation.ScoredLabel}s in
 * ascending order, each beside the pane and the domain it is of; then those that came since the last {@link #rank}, in the
 * order they came. 16 bytes for each.
 */
final class UserScores {

    private static final int DOMAIN_BITS = 21;
    private static final int PANE_SHIFT = DOMAIN_BITS + 1;

    /** Numbers of domains are below this. */
    static final int MOST_DOMAINS = 1 << DOMAIN_BITS;

    private static final long NEW = 1;
    private static final int FEW = 16;

    private final long user;
    private final TaskGains task;

    /** [size, 2]: scored label, {@link #stamp}. */
    private long[] entries = new long[2];

    private int ranked;
    private int size;
    private int positives;
    private boolean late;
    private long visit;
    private long lastPane = Long.MIN_VALUE;

    /** A user without scores. */
    UserScores(long user, TaskGains task) {
        this.user = user;
        this.task = task;
    }

    /**
     * Pane and domain in one number, in the order of panes; the lowest bit tells what is new, see {@link #isNew}.
     *
     * @param pane number of the pane, within 2^41 of 0
     */
    private static long stamp(long pane, int domain) {
        return pane << PANE_SHIFT | (long) domain << 1;
    }

    /** The least stamp of a pane. */
    static long firstStamp(long pane) {
        return stamp(pane, 0);
    }

    static int domain(long stamp) {
        return (int) (stamp >>> 1) & (MOST_DOMAINS - 1);
    }

    /** Whether a score came since the last {@link #settle}. */
    static boolean isNew(long stamp) {
        return (stamp & NEW) != 0;
    }

    long user() {
        return user;
    }

    TaskGains task() {
        return task;
    }

    int size() {
        return size;
    }

    long scoredLabel(int i) {
        return entries[2 * i];
    }

    long stamp(int i) {
        return entries[2 * i + 1];
    }

    /** Whether there are only positives, or only negatives: then nothing of it contributes to gAUC. */
    boolean ofOneClass() {
        return positives == 0 || positives == size;
    }

    /** Whether a late one is among those that came since the last {@link #settle}. */
    boolean late() {
        return late;
    }

    /** Adds a score; says whether it is the first since the last {@link #rank}. */
    boolean add(long scoredLabel, long pane, int domain, boolean isLate) {
        if (2 * size == entries.length) {
            int larger = size < FEW ? 2 * Math.max(1, size) : size + size / 4;
            entries = Arrays.copyOf(entries, 2 * larger);
        }
        entries[2 * size] = scoredLabel;
        entries[2 * size + 1] = stamp(pane, domain) | NEW;
        late |= isLate;
        positives += (int) (scoredLabel & 1);
        return size++ == ranked;
    }

    /** Whether this is the first visit of this number. */
    boolean firstVisit(long number) {
        boolean first = visit != number;
        visit = number;
        return first;
    }

    /** Number of the pane of the i-th score of those that came since the last {@link #rank}; see {@link #unranked}. */
    long unrankedPane(int i) {
        return entries[2 * (ranked + i) + 1] >> PANE_SHIFT;
    }

    /** Number of scores that came since the last {@link #rank}. */
    int unranked() {
        return size - ranked;
    }

    /** Whether the user is not known to be active in this pane yet; from now on known. Remembers the latest pane only. */
    boolean newIn(long pane) {
        boolean isNew = lastPane != pane;
        lastPane = pane;
        return isNew;
    }

    /** Puts what came into its places. It stays new. */
    void rank() {
        if (unranked() <= FEW) {
            while (ranked < size) {
                insert();
            }
        } else {
            mergeUnranked();
        }
    }

    /** From now on nothing is new. */
    void settle() {
        for (int i = 1; i < 2 * size; i += 2) {
            entries[i] &= ~NEW;
        }
        late = false;
    }

    /** Drops the scores of panes before this one. All must be ranked. */
    void dropBefore(long pane) {
        long first = firstStamp(pane);
        int kept = 0;
        positives = 0;
        for (int i = 0; i < size; i++) {
            if (entries[2 * i + 1] >= first) {
                positives += (int) (entries[2 * i] & 1);
                entries[2 * kept] = entries[2 * i];
                entries[2 * kept + 1] = entries[2 * i + 1];
                kept++;
            }
        }
        size = kept;
        ranked = kept;
        if (entries.length > 4 * Math.max(1, kept)) {
            entries = Arrays.copyOf(entries, 2 * Math.max(1, kept));
        }
    }

    /** Puts the first unranked score into its place. */
    private void insert() {
        long scoredLabel = entries[2 * ranked];
        long stamp = entries[2 * ranked + 1];
        int low = 0;
        int high = ranked;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries[2 * middle] < scoredLabel) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        System.arraycopy(entries, 2 * low, entries, 2 * low + 2, 2 * (ranked - low));
        entries[2 * low] = scoredLabel;
        entries[2 * low + 1] = stamp;
        ranked++;
    }

    /** Puts all unranked scores into their places. */
    private void mergeUnranked() {
        int count = unranked();
        long[] came = Arrays.copyOfRange(entries, 2 * ranked, 2 * size);
        long[] scoredLabels = new long[count];
        for (int i = 0; i < count; i++) {
            scoredLabels[i] = came[2 * i];
        }
        Arrays.sort(scoredLabels);
        // The place of each among them; the next ones of the same score go behind it.
        int[] taken = new int[count];
        long[] stamps = new long[count];
        for (int i = 0; i < count; i++) {
            int place = firstOf(scoredLabels, came[2 * i]);
            stamps[place + taken[place]++] = came[2 * i + 1];
        }
        int old = ranked - 1;
        int added = count - 1;
        for (int to = size - 1; added >= 0; to--) {
            if (old >= 0 && entries[2 * old] > scoredLabels[added]) {
                entries[2 * to] = entries[2 * old];
                entries[2 * to + 1] = entries[2 * old + 1];
                old--;
            } else {
                entries[2 * to] = scoredLabels[added];
                entries[2 * to + 1] = stamps[added--];
            }
        }
        ranked = size;
    }

    private static int firstOf(long[] sorted, long value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}

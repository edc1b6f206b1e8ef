package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.ScoredLabel;
import java.util.Arrays;

/**
 * The scores of one user in one scope: {@link ScoredLabel}s in ascending order, each beside the start of its pane, then those
 * that came since the last {@link #rank}, in the order they came. 16 bytes for each.
 */
final class UserScores {

    private static final int FEW = 16;

    private final long user;
    private final int scope;

    /** [size, 2]: scored label, start of the pane. */
    private long[] entries = new long[2];

    private int ranked;
    private int size;
    private int positives;

    /** Of all ranked scores, see {@link ShareSum#addUser}. */
    private long wonTwice;

    private int rankedPositives;
    private boolean late;
    private long visit;
    private long lastPane = Long.MIN_VALUE;

    /**
     * A user without scores.
     *
     * @param scope number of the scope
     */
    UserScores(long user, int scope) {
        this.user = user;
        this.scope = scope;
    }

    long user() {
        return user;
    }

    int scope() {
        return scope;
    }

    int size() {
        return size;
    }

    /** Whether a late one is among those that came since the last {@link #rank}. */
    boolean late() {
        return late;
    }

    /** Adds a score; says whether it is the first since the last {@link #rank}. */
    boolean add(long scoredLabel, long pane, boolean isLate) {
        if (2 * size == entries.length) {
            int larger = size < FEW ? 2 * Math.max(1, size) : size + size / 2;
            entries = Arrays.copyOf(entries, 2 * larger);
        }
        entries[2 * size] = scoredLabel;
        entries[2 * size + 1] = pane;
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

    /** Start of the pane of the i-th score of those that came since the last {@link #rank}; see {@link #unranked}. */
    long unrankedPane(int i) {
        return entries[2 * (ranked + i) + 1];
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

    /** Puts what came into its places. */
    void rank() {
        if (unranked() <= FEW) {
            while (ranked < size) {
                insert();
            }
        } else {
            long[] came = Arrays.copyOfRange(entries, 2 * ranked, 2 * size);
            for (int left = came.length / 2; left > 0; ) {
                left = mergePane(came, left);
            }
        }
        late = false;
        tally();
    }

    /** Drops the scores of panes that start before a time. All must be ranked. */
    void dropBefore(long time) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (entries[2 * i + 1] >= time) {
                entries[2 * kept] = entries[2 * i];
                entries[2 * kept + 1] = entries[2 * i + 1];
                kept++;
            }
        }
        size = kept;
        ranked = kept;
        tally();
        positives = rankedPositives;
        if (entries.length > 8 * Math.max(1, kept)) {
            entries = Arrays.copyOf(entries, 2 * Math.max(1, kept));
        }
    }

    /** Adds to a sum, or takes from it, what all the user's ranked scores contribute to gAUC. */
    void addTo(ShareSum sum, int sign) {
        if (rankedPositives > 0 && rankedPositives < ranked) {
            sum.addUser(rankedPositives, ranked - rankedPositives, wonTwice, sign);
        }
    }

    /**
     * Adds to a sum, or takes from it, what the user's ranked scores in the panes that start in [from, to) contribute to gAUC.
     */
    void addTo(ShareSum sum, long from, long to, int sign) {
        if (positives == 0 || positives == size) {
            return; // neither do any of them
        }
        long positivesHere = 0;
        long negatives = 0;
        long won = 0;
        long tied = 0;
        long tiedScore = -1;
        for (int i = 0; i < 2 * ranked; i += 2) {
            long pane = entries[i + 1];
            if (pane < from || pane >= to) {
                continue;
            }
            long score = entries[i] >>> 1;
            // The negatives of a score come before its positives.
            if ((entries[i] & 1) == 0) {
                tied = score == tiedScore ? tied + 1 : 1;
                tiedScore = score;
                negatives++;
            } else {
                won += score == tiedScore ? 2 * negatives - tied : 2 * negatives;
                positivesHere++;
            }
        }
        if (positivesHere > 0 && negatives > 0) {
            sum.addUser(positivesHere, negatives, won, sign);
        }
    }

    /** Counts what {@link #addTo(ShareSum, int)} needs. */
    private void tally() {
        if (positives == 0) {
            return;
        }
        long positivesSoFar = 0;
        long won = 0;
        long tied = 0;
        long tiedScore = -1;
        for (int i = 0; i < ranked; i++) {
            long scoredLabel = entries[2 * i];
            if ((scoredLabel & 1) == 0) {
                tied = scoredLabel >>> 1 == tiedScore ? tied + 1 : 1;
                tiedScore = scoredLabel >>> 1;
            } else {
                long negatives = i - positivesSoFar;
                won += scoredLabel >>> 1 == tiedScore ? 2 * negatives - tied : 2 * negatives;
                positivesSoFar++;
            }
        }
        rankedPositives = (int) positivesSoFar;
        wonTwice = won;
    }

    /** Puts the first unranked score into its place. */
    private void insert() {
        long scoredLabel = entries[2 * ranked];
        long pane = entries[2 * ranked + 1];
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
        entries[2 * low + 1] = pane;
        ranked++;
    }

    /** Merges the scores of one of the panes in {@code came[0..left)}; the others move to its front, and their number is returned. */
    private int mergePane(long[] came, int left) {
        long pane = came[1];
        long[] ofPane = new long[left];
        int taken = 0;
        int others = 0;
        for (int i = 0; i < left; i++) {
            if (came[2 * i + 1] == pane) {
                ofPane[taken++] = came[2 * i];
            } else {
                came[2 * others] = came[2 * i];
                came[2 * others + 1] = came[2 * i + 1];
                others++;
            }
        }
        Arrays.sort(ofPane, 0, taken);
        int old = ranked - 1;
        int added = taken - 1;
        for (int to = ranked + taken - 1; added >= 0; to--) {
            if (old >= 0 && entries[2 * old] > ofPane[added]) {
                entries[2 * to] = entries[2 * old];
                entries[2 * to + 1] = entries[2 * old + 1];
                old--;
            } else {
                entries[2 * to] = ofPane[added--];
                entries[2 * to + 1] = pane;
            }
        }
        ranked += taken;
        return others;
    }
}

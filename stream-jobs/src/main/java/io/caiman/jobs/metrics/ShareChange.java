package io.caiman.jobs.metrics;

import java.util.Arrays;

/**
 * How a user's contributions to gAUC, over all domains and in each of them, change from one set of the user's scores to
 * another: from one window to the next, or from what was known to what has come since. One pass over the scores for all
 * domains. Memory for one user at a time, used again and again.
 */
final class ShareChange {

    private static final int OVERALL = 0;
    private static final int NO_PLACE = 0;

    /** What is counted of one scope before or after. */
    private static final int POSITIVES = 0;

    private static final int NEGATIVES = 1;
    private static final int WON_TWICE = 2;
    private static final int TIED = 3;
    private static final int TIED_SCORE = 4;
    private static final int COUNTS = 5;

    /** Before and after. */
    private static final int SIDES = 2;

    /** [scope, before or after, what]; the first scope is that of all domains. */
    private long[] counts = new long[8 * SIDES * COUNTS];

    /** [scope], the number of its domain. */
    private int[] domains = new int[8];

    private int scopes;

    /** [domain], the scope; {@value #NO_PLACE} where none of its scores is in one set only. */
    private int[] places = new int[8];

    /**
     * Scores of a user.
     *
     * @param from least stamp
     * @param to stamps are below it
     * @param withNew whether with those that are new
     */
    record Part(long from, long to, boolean withNew) {

        static final Part ALL = new Part(Long.MIN_VALUE, Long.MAX_VALUE, true);
        static final Part ALL_BUT_NEW = new Part(Long.MIN_VALUE, Long.MAX_VALUE, false);

        private boolean contains(long stamp) {
            return stamp >= from && stamp < to && (withNew || !UserScores.isNew(stamp));
        }
    }

    /** Computes the change of a user whose scores are all ranked. */
    void compute(UserScores scores, Part before, Part after) {
        scopes = 0;
        if (scores.ofOneClass()) {
            return;
        }
        findChanged(scores, before, after);
        if (scopes == 0) {
            return;
        }
        int size = scores.size();
        for (int i = 0; i < size; i++) {
            long stamp = scores.stamp(i);
            boolean isBefore = before.contains(stamp);
            boolean isAfter = after.contains(stamp);
            if (isBefore || isAfter) {
                long scoredLabel = scores.scoredLabel(i);
                int domain = UserScores.domain(stamp);
                int scope = domain < places.length ? places[domain] : NO_PLACE;
                if (isBefore) {
                    count(OVERALL, scoredLabel);
                    if (scope != NO_PLACE) {
                        count(scope * SIDES * COUNTS, scoredLabel);
                    }
                }
                if (isAfter) {
                    count(COUNTS, scoredLabel);
                    if (scope != NO_PLACE) {
                        count((scope * SIDES + 1) * COUNTS, scoredLabel);
                    }
                }
            }
        }
        for (int scope = 1; scope < scopes; scope++) {
            places[domains[scope]] = NO_PLACE;
        }
    }

    /** Number of scopes whose set of scores changes; none, or the first is that of all domains. */
    int scopes() {
        return scopes;
    }

    /** The gains of the i-th of these scopes. */
    ScopeGains scope(TaskGains task, int i) {
        return i == OVERALL ? task.overall() : task.domain(domains[i]);
    }

    /** Whether the user contributes to a scope, before or after. */
    boolean contributes(int scope) {
        int at = scope * SIDES * COUNTS;
        return contributesAt(at) || contributesAt(at + COUNTS);
    }

    /** Adds the change of a scope to a sum, or takes it from there if the sign is -1. */
    void addTo(ShareSum sum, int scope, int sign) {
        int at = scope * SIDES * COUNTS;
        addAt(at, sum, -sign);
        addAt(at + COUNTS, sum, sign);
    }

    private void addAt(int at, ShareSum sum, int sign) {
        if (contributesAt(at)) {
            sum.addUser(counts[at + POSITIVES], counts[at + NEGATIVES], counts[at + WON_TWICE], sign);
        }
    }

    private boolean contributesAt(int at) {
        return counts[at + POSITIVES] > 0 && counts[at + NEGATIVES] > 0;
    }

    private void findChanged(UserScores scores, Part before, Part after) {
        int size = scores.size();
        for (int i = 0; i < size; i++) {
            long stamp = scores.stamp(i);
            if (before.contains(stamp) != after.contains(stamp)) {
                if (scopes == 0) {
                    addScope(-1);
                }
                int domain = UserScores.domain(stamp);
                if (domain >= places.length) {
                    places = Arrays.copyOf(places, 2 * domain);
                }
                if (places[domain] == NO_PLACE) {
                    places[domain] = scopes;
                    addScope(domain);
                }
            }
        }
    }

    private void addScope(int domain) {
        if (scopes == domains.length) {
            domains = Arrays.copyOf(domains, 2 * scopes);
            counts = Arrays.copyOf(counts, 2 * counts.length);
        }
        domains[scopes] = domain;
        Arrays.fill(counts, scopes * SIDES * COUNTS, (scopes + 1) * SIDES * COUNTS, 0);
        scopes++;
    }

    /** Counts the next score, in ascending order, the negatives of a score before its positives. */
    private void count(int at, long scoredLabel) {
        long score = scoredLabel >>> 1;
        long tied = counts[at + TIED_SCORE] == score ? counts[at + TIED] : 0;
        if ((scoredLabel & 1) == 0) {
            counts[at + TIED_SCORE] = score;
            counts[at + TIED] = tied + 1;
            counts[at + NEGATIVES]++;
        } else {
            counts[at + WON_TWICE] += 2 * counts[at + NEGATIVES] - tied;
            counts[at + POSITIVES]++;
        }
    }
}

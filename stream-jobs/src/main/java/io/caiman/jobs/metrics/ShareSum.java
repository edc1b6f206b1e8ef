package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;

/** A {@link GroupedAuc} under way: how the sums behind gAUC change. */
final class ShareSum {

    private long users;
    private long impressions;
    private double weightedAuc;

    /**
     * Adds a user with both positives and negatives, or takes one away.
     *
     * @param wonTwice twice the number of (positive, negative) pairs in which the positive has the higher score, a tie
     *     counting half
     * @param sign 1 or -1
     */
    void addUser(long positives, long negatives, long wonTwice, int sign) {
        long weight = positives + negatives;
        users += sign;
        impressions += sign * weight;
        weightedAuc += sign * weight * (wonTwice / (2.0 * positives * negatives));
    }

    GroupedAuc toGroupedAuc() {
        return new GroupedAuc(users, impressions, weightedAuc);
    }
}

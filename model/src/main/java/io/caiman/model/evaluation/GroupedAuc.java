package io.caiman.model.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The sums behind gAUC, the impression-weighted mean of the users' own AUCs over the users with both a positive and a
 * negative: {@code gAUC = sum(n_u AUC_u) / sum(n_u)}. Sums of several parts of the users add up; the difference of two sums
 * says how the one became the other.
 *
 * @param users users with both a positive and a negative
 * @param impressions {@code sum(n_u)}, all impressions of these users
 * @param weightedAuc {@code sum(n_u AUC_u)}
 */
public record GroupedAuc(long users, long impressions, double weightedAuc) {

    public static final GroupedAuc NONE = new GroupedAuc(0, 0, 0);

    /** What one user contributes: nothing unless the user has both a positive and a negative. */
    public static GroupedAuc ofUser(RankedScores scores) {
        OptionalDouble auc = scores.auc();
        return auc.isEmpty() ? NONE : new GroupedAuc(1, scores.size(), scores.size() * auc.getAsDouble());
    }

    /**
     * The sums over all users of some impressions.
     *
     * @param users [n], the user of each impression, any numbers
     * @param scores [n], each in [0, 1]
     * @param labels [n]
     */
    public static GroupedAuc of(int[] users, double[] scores, boolean[] labels) {
        return byUser(users, scores, labels).stream().reduce(NONE, GroupedAuc::plus);
    }

    /** The sums of each user with both a positive and a negative, in the order of the users' numbers. */
    static List<GroupedAuc> byUser(int[] users, double[] scores, boolean[] labels) {
        if (users.length != scores.length) {
            throw new IllegalArgumentException(
                    "%d users but %d scores: expected one user for each score".formatted(users.length, scores.length));
        }
        long[] scoredLabels = ScoredLabel.encode(scores, labels);
        long[] positions = new long[users.length];
        for (int i = 0; i < users.length; i++) {
            positions[i] = (long) users[i] << Integer.SIZE | i;
        }
        Arrays.sort(positions);
        List<GroupedAuc> byUser = new ArrayList<>();
        for (int from = 0, to; from < positions.length; from = to) {
            int user = (int) (positions[from] >> Integer.SIZE);
            to = from;
            while (to < positions.length && (int) (positions[to] >> Integer.SIZE) == user) {
                to++;
            }
            long[] own = new long[to - from];
            for (int i = 0; i < own.length; i++) {
                own[i] = scoredLabels[(int) positions[from + i]];
            }
            GroupedAuc sums = ofUser(RankedScores.ofEncoded(own));
            if (sums.users() > 0) {
                byUser.add(sums);
            }
        }
        return byUser;
    }

    public GroupedAuc plus(GroupedAuc other) {
        return new GroupedAuc(users + other.users, impressions + other.impressions, weightedAuc + other.weightedAuc);
    }

    public GroupedAuc minus(GroupedAuc other) {
        return new GroupedAuc(users - other.users, impressions - other.impressions, weightedAuc - other.weightedAuc);
    }

    /** gAUC, in [0, 1]; empty where no user has both a positive and a negative. */
    public OptionalDouble gauc() {
        return users == 0 ? OptionalDouble.empty() : OptionalDouble.of(weightedAuc / impressions);
    }
}

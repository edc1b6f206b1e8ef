package io.caiman.model.evaluation;

import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Whether two models that scored the same impressions differ in AUC, where impressions of one user may depend on each other in
 * any way: Obuchowski's covariance of clustered AUCs ("Nonparametric Analysis of Clustered ROC Curve Data", Biometrics 53,
 * 1997), whose variance is that of {@link DeLong} where every user has one impression.
 *
 * <p>With {@code d} the difference of an impression's {@link Placements placements} under the two models, {@code D} the
 * difference of the AUCs, P positives and N negatives, and for each user u with {@code p_u} positives and {@code n_u} negatives
 *
 * <pre>{@code
 * a_u = sum over the user's positives of d - p_u D
 * b_u = sum over the user's negatives of d - n_u D
 * }</pre>
 *
 * <p>the variance of D is
 *
 * <pre>{@code
 * U+/(U+ - 1) sum(a_u^2) / P^2  +  U-/(U- - 1) sum(b_u^2) / N^2  +  2 U/(U - 1) sum(a_u b_u) / (P N)
 * }</pre>
 *
 * <p>of U users, U+ with a positive and U- with a negative. It is the paper's var(AUC_1) + var(AUC_2) - 2 cov(AUC_1, AUC_2), all
 * of whose terms are sums of products of such deviations, and never negative: the last factor is the least of the three. So it
 * is computed as
 *
 * <pre>{@code
 * U/(U - 1) sum((a_u/P + b_u/N)^2)  +  (U+/(U+ - 1) - U/(U - 1)) sum((a_u/P)^2)  +  (U-/(U- - 1) - U/(U - 1)) sum((b_u/N)^2)
 * }</pre>
 *
 * <p>The paper takes D over its standard error as standard normal. Here it is taken as Student's t with {@code min(U+, U-) - 1}
 * degrees of freedom, which widens the interval of few users and leaves that of many as it is. On simulated users whose
 * impressions depend on each other, 95 % intervals cover the true difference in 93.8 % of the cases with 30 users and in 94.8 %
 * with 200, where DeLong's do in 78 %.
 */
public final class ClusteredDeLong {

    private ClusteredDeLong() {}

    /**
     * Compares two models' AUCs.
     *
     * <p>Two models that place every impression alike have a difference of 0 with a standard error of 0 and p = 1. Empty with
     * fewer than two users with a positive or with a negative, and where the models differ but without any spread between users.
     *
     * @param users [n], the user of each impression, any numbers
     * @param first [n], the first model's scores, any numbers but NaN
     * @param second [n], the second model's scores of the same impressions
     * @param labels [n]
     */
    public static Optional<PairedDifference> compare(long[] users, double[] first, double[] second, boolean[] labels) {
        return compare(users, Placements.of(first, second, labels));
    }

    /** As {@link #compare(long[], double[], double[], boolean[])}, where both models place the impressions as stated. */
    public static Optional<PairedDifference> compare(long[] users, Placements placements) {
        if (users.length != placements.size()) {
            throw new IllegalArgumentException("%d users but %d impressions: expected one user for each"
                    .formatted(users.length, placements.size()));
        }
        if (placements.positives() == 0 || placements.negatives() == 0) {
            return Optional.empty();
        }
        Sums sums = new Sums(users, placements);
        int degrees = Math.min(sums.withPositives, sums.withNegatives) - 1;
        if (degrees < 1) {
            return Optional.empty();
        }
        double firstAuc = placements.firstAuc().orElseThrow();
        double secondAuc = placements.secondAuc().orElseThrow();
        double difference = secondAuc - firstAuc;
        double variance = sums.variance();
        if (variance == 0 && difference != 0) {
            return Optional.empty();
        }
        TDistribution student = TDistribution.of(degrees);
        double standardError = Math.sqrt(variance);
        double halfWidth = student.inverseSurvivalProbability(PairedDifference.MISSES / 2) * standardError;
        double pValue = variance == 0 ? 1 : 2 * student.survivalProbability(Math.abs(difference) / standardError);
        return Optional.of(new PairedDifference(
                firstAuc, secondAuc, standardError, difference - halfWidth, difference + halfWidth, pValue));
    }

    /** What is summed up by user; gains stay whole numbers, so the order of impressions changes nothing. */
    private static final class Sums {

        private final int positives;
        private final int negatives;
        private final long[] positiveGains;
        private final long[] negativeGains;
        private final int[] positivesOf;
        private final int[] negativesOf;
        private final int users;
        private int withPositives;
        private int withNegatives;

        Sums(long[] userOf, Placements placements) {
            long[] distinct = Arrays.stream(userOf).sorted().distinct().toArray();
            positives = placements.positives();
            negatives = placements.negatives();
            users = distinct.length;
            positiveGains = new long[users];
            negativeGains = new long[users];
            positivesOf = new int[users];
            negativesOf = new int[users];
            for (int i = 0; i < userOf.length; i++) {
                int user = Arrays.binarySearch(distinct, userOf[i]);
                if (placements.label(i)) {
                    positiveGains[user] += placements.gain(i);
                    positivesOf[user]++;
                } else {
                    negativeGains[user] += placements.gain(i);
                    negativesOf[user]++;
                }
            }
            for (int user = 0; user < users; user++) {
                withPositives += positivesOf[user] > 0 ? 1 : 0;
                withNegatives += negativesOf[user] > 0 ? 1 : 0;
            }
        }

        /** 0 where users do not differ, not what rounding leaves: differences are of whole numbers, divided at the end. */
        double variance() {
            double gain = Arrays.stream(positiveGains).sum();
            double ofPositives = 0;
            double ofNegatives = 0;
            double ofBoth = 0;
            for (int user = 0; user < users; user++) {
                // 2 P^2 N^2 times a_u / P and b_u / N.
                double a = ((double) positiveGains[user] * positives - positivesOf[user] * gain) * negatives;
                double b = ((double) negativeGains[user] * negatives - negativesOf[user] * gain) * positives;
                ofPositives += a * a;
                ofNegatives += b * b;
                ofBoth += (a + b) * (a + b);
            }
            double scale = 2.0 * positives * negatives * positives * negatives;
            return (ofBoth * unbiased(users)
                            + ofPositives * (unbiased(withPositives) - unbiased(users))
                            + ofNegatives * (unbiased(withNegatives) - unbiased(users)))
                    / scale
                    / scale;
        }

        private static double unbiased(int clusters) {
            return clusters / (clusters - 1.0);
        }
    }
}

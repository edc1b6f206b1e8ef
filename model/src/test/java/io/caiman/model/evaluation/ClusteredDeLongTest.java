package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusteredDeLongTest {

    private static final Offset<Double> ROUNDING = within(1e-12);
    private static final double SHIFT = 0.5;
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 40})
    void figures_agree_with_the_covariances_of_the_paper_over_all_pairs(int userCount) {
        for (long seed = 0; seed < 10; seed++) {
            Clusters data =
                    Clusters.random(new Random(seed), userCount, 0.8, 1.2, 1).rounded(seed % 2 == 0 ? 1 : 16);
            PairedDifference result = data.compare();

            double variance = data.slowCovariance(data.first, data.first)
                    + data.slowCovariance(data.second, data.second)
                    - 2 * data.slowCovariance(data.first, data.second);
            assertThat(result.first()).isCloseTo(data.slowAuc(data.first), ROUNDING);
            assertThat(result.second()).isCloseTo(data.slowAuc(data.second), ROUNDING);
            assertThat(result.standardError()).isCloseTo(Math.sqrt(variance), within(1e-9));
            double quantile = TDistribution.of(data.leastUsersOfAClass() - 1).inverseCumulativeProbability(0.975);
            assertThat(result.low()).isCloseTo(result.difference() - quantile * result.standardError(), within(1e-9));
            assertThat(result.high()).isCloseTo(result.difference() + quantile * result.standardError(), within(1e-9));
        }
    }

    @Test
    void where_each_user_has_one_impression_the_standard_error_is_that_of_delong() {
        Clusters data = Clusters.random(new Random(3), 60, 0.8, 1.1, 1);
        long[] oneEach = new long[data.users.length];
        Arrays.setAll(oneEach, i -> 1_000_003L * i);
        double delong = DeLong.compare(data.first, data.second, data.labels)
                .orElseThrow()
                .standardError();
        assertThat(ClusteredDeLong.compare(oneEach, data.first, data.second, data.labels)
                        .orElseThrow()
                        .standardError())
                .isCloseTo(delong, ROUNDING);
        assertThat(data.compare().standardError())
                .as("users whose impressions depend on each other say less than as many strangers")
                .isGreaterThan(1.3 * delong);
    }

    @Test
    void the_standard_error_agrees_with_drawing_users_with_all_their_impressions() {
        Clusters data = Clusters.random(new Random(5), 150, 0.8, 1.1, 1);
        double[] resampled = data.resampledSlowly(600, new Random(6));
        double mean = Arrays.stream(resampled).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(resampled)
                        .map(difference -> (difference - mean) * (difference - mean))
                        .sum()
                / (resampled.length - 1));
        PairedDifference result = data.compare();
        // 600 resamples: their standard deviation is off by 3 % at one sigma.
        assertThat(result.standardError()).isCloseTo(deviation, Percentage.withPercentage(9));
        Arrays.sort(resampled);
        assertThat(result.low()).isCloseTo(resampled[15], within(0.35 * deviation));
        assertThat(result.high()).isCloseTo(resampled[585], within(0.35 * deviation));
    }

    /** At 2000 draws, 1900 expected, with a standard deviation of 9.7: three of them either way, and 1 % short in the least. */
    @ParameterizedTest
    @CsvSource({"30, 1, 1", "30, 0.6, 1.4", "200, 1, 1", "200, 0.6, 1.4"})
    void intervals_cover_the_true_difference_as_often_as_they_say(int userCount, double firstLead, double secondLead) {
        Random random = new Random(31);
        int draws = 2_000;
        int covered = 0;
        int coveredByImpressions = 0;
        for (int i = 0; i < draws; i++) {
            Clusters data = Clusters.random(random, userCount, firstLead, secondLead, 1);
            double truth = data.trueAuc(secondLead, 1) - data.trueAuc(firstLead, 1);
            PairedDifference result = data.compare();
            covered += result.low() <= truth && truth <= result.high() ? 1 : 0;
            PairedDifference independent =
                    DeLong.compare(data.first, data.second, data.labels).orElseThrow();
            coveredByImpressions += independent.low() <= truth && truth <= independent.high() ? 1 : 0;
        }
        assertThat(covered).isBetween(draws * 94 / 100 - 29, draws * 95 / 100 + 29);
        assertThat(coveredByImpressions)
                .as("what taking impressions as independent comes to")
                .isLessThan(draws * 90 / 100);
    }

    @Test
    void a_model_differs_from_itself_by_nothing_for_certain() {
        Clusters data = Clusters.random(new Random(7), 20, 1, 1, 1);
        PairedDifference itself = ClusteredDeLong.compare(data.users, data.first, data.first, data.labels)
                .orElseThrow();
        assertThat(itself).isEqualTo(new PairedDifference(itself.first(), itself.first(), 0, 0, 0, 1));
    }

    @Test
    void models_that_differ_alike_for_every_user_leave_it_open_by_how_much_others_would() {
        double[] firstOfUser = {.1, .6, .7, .9, .2, .3, .5, .8, .4, .05, .15};
        double[] secondOfUser = {.2, .7, .8, .9, .1, .3, .5, .8, .4, .65, .15};
        int own = firstOfUser.length;
        long[] users = new long[30 * own];
        double[] first = new double[users.length];
        double[] second = new double[users.length];
        boolean[] labels = new boolean[users.length];
        for (int i = 0; i < users.length; i++) {
            users[i] = i / own;
            first[i] = firstOfUser[i % own];
            second[i] = secondOfUser[i % own];
            labels[i] = i % own < 4;
        }
        assertThat(Placements.of(first, second, labels).firstAuc())
                .isNotEqualTo(Placements.of(first, second, labels).secondAuc());
        assertThat(ClusteredDeLong.compare(users, first, second, labels)).isEmpty();
    }

    @Test
    void the_order_of_the_impressions_changes_nothing_that_matters_and_swapping_the_models_only_the_sign() {
        Clusters data = Clusters.random(new Random(8), 40, 0.8, 1.2, 1);
        PairedDifference result = data.compare();
        PairedDifference reversed = data.swapped().compare();
        assertThat(reversed.difference()).isEqualTo(-result.difference());
        assertThat(reversed.low()).isCloseTo(-result.high(), ROUNDING);
        assertThat(data.backwards().compare()).isEqualTo(result);
    }

    @Test
    void with_a_single_user_of_a_class_or_without_a_class_it_is_undefined() {
        double[] up = {0.1, 0.2, 0.3, 0.4};
        double[] down = {0.4, 0.3, 0.2, 0.1};
        assertThat(ClusteredDeLong.compare(new long[0], new double[0], new double[0], new boolean[0]))
                .isEmpty();
        assertThat(ClusteredDeLong.compare(new long[] {1, 2, 3, 4}, up, down, new boolean[] {true, true, true, true}))
                .isEmpty();
        assertThat(ClusteredDeLong.compare(new long[] {1, 1, 3, 4}, up, down, new boolean[] {true, true, false, false}))
                .isEmpty();
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusteredDeLong.compare(new long[1], new double[2], new double[2], new boolean[2]))
                .withMessageContaining("1 users but 2 impressions");
    }

    /** Impressions of users, and two models' scores of them. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Clusters(long[] users, double[] first, double[] second, boolean[] labels) {

        /**
         * A user has 1 to 30 impressions, few users many. A logit is N(0, 1) plus an effect of the user on the model, of standard
         * deviation SHIFT, and for a positive the lead plus another effect, of standard deviation spread.
         */
        static Clusters random(Random random, int userCount, double firstLead, double secondLead, double spread) {
            long[] users = new long[userCount * 30];
            double[] first = new double[users.length];
            double[] second = new double[users.length];
            boolean[] labels = new boolean[users.length];
            int size = 0;
            for (int user = 0; user < userCount; user++) {
                double positiveRate = 0.2 + 0.3 * random.nextDouble();
                double firstShift = SHIFT * random.nextGaussian();
                double secondShift = SHIFT * random.nextGaussian();
                double firstOfUser = firstLead + spread * random.nextGaussian();
                double secondOfUser = secondLead + spread * random.nextGaussian();
                int own = user < 4 ? 8 : 1 + (int) (30 * random.nextDouble() * random.nextDouble());
                for (int i = 0; i < own; i++, size++) {
                    users[size] = 7_919L * user;
                    // The first four users see to it that each class has two users.
                    labels[size] = user < 4 ? i % 2 == 0 : random.nextDouble() < positiveRate;
                    first[size] = firstShift + random.nextGaussian() + (labels[size] ? firstOfUser : 0);
                    second[size] = secondShift + random.nextGaussian() + (labels[size] ? secondOfUser : 0);
                }
            }
            return new Clusters(
                    Arrays.copyOf(users, size),
                    Arrays.copyOf(first, size),
                    Arrays.copyOf(second, size),
                    Arrays.copyOf(labels, size));
        }

        Clusters rounded(int steps) {
            return new Clusters(users, rounded(first, steps), rounded(second, steps), labels);
        }

        private static double[] rounded(double[] scores, int steps) {
            return Arrays.stream(scores)
                    .map(score -> Math.rint(score * steps) / steps)
                    .toArray();
        }

        Clusters swapped() {
            return new Clusters(users, /* first= */ second, /* second= */ first, labels);
        }

        Clusters backwards() {
            int last = users.length - 1;
            Clusters turned = new Clusters(users.clone(), first.clone(), second.clone(), labels.clone());
            for (int i = 0; i <= last; i++) {
                turned.users[i] = users[last - i];
                turned.first[i] = first[last - i];
                turned.second[i] = second[last - i];
                turned.labels[i] = labels[last - i];
            }
            return turned;
        }

        PairedDifference compare() {
            return ClusteredDeLong.compare(users, first, second, labels).orElseThrow();
        }

        /** Of these users' numbers of impressions: in a pair of one user's the shift cancels out. */
        double trueAuc(double lead, double spread) {
            long ownPairs = 0;
            for (long user : distinctUsers()) {
                ownPairs += (long) count(user, true) * count(user, false);
            }
            double share = ownPairs / ((double) count(true) * count(false));
            double variance = 2 + spread * spread;
            return share * NORMAL.cumulativeProbability(lead / Math.sqrt(variance))
                    + (1 - share) * NORMAL.cumulativeProbability(lead / Math.sqrt(variance + 2 * SHIFT * SHIFT));
        }

        private long[] distinctUsers() {
            return Arrays.stream(users).distinct().toArray();
        }

        int leastUsersOfAClass() {
            return (int) Math.min(
                    Arrays.stream(distinctUsers())
                            .filter(user -> count(user, true) > 0)
                            .count(),
                    Arrays.stream(distinctUsers())
                            .filter(user -> count(user, false) > 0)
                            .count());
        }

        private int count(long user, boolean label) {
            int count = 0;
            for (int i = 0; i < users.length; i++) {
                count += users[i] == user && labels[i] == label ? 1 : 0;
            }
            return count;
        }

        private int count(boolean label) {
            int count = 0;
            for (boolean own : labels) {
                count += own == label ? 1 : 0;
            }
            return count;
        }

        double slowAuc(double[] scores) {
            double sum = 0;
            for (int i = 0; i < scores.length; i++) {
                sum += labels[i] ? placement(scores, i) : 0;
            }
            return sum / count(true);
        }

        private double placement(double[] scores, int i) {
            double won = 0;
            for (int j = 0; j < scores.length; j++) {
                if (labels[j] != labels[i]) {
                    double lead = labels[i] ? scores[i] - scores[j] : scores[j] - scores[i];
                    won += lead > 0 ? 1 : lead == 0 ? 0.5 : 0;
                }
            }
            return won / count(!labels[i]);
        }

        /** The paper's covariance of two clustered AUCs, by S10, S01 and S11 in its notation. */
        double slowCovariance(double[] scores, double[] others) {
            double auc = slowAuc(scores);
            double otherAuc = slowAuc(others);
            double s10 = 0;
            double s01 = 0;
            double s11 = 0;
            int clusters10 = 0;
            int clusters01 = 0;
            long[] distinct = distinctUsers();
            for (long user : distinct) {
                double x = deviation(scores, user, true, auc);
                double y = deviation(scores, user, false, auc);
                double otherX = deviation(others, user, true, otherAuc);
                double otherY = deviation(others, user, false, otherAuc);
                s10 += x * otherX;
                s01 += y * otherY;
                s11 += x * otherY + y * otherX;
                clusters10 += count(user, true) > 0 ? 1 : 0;
                clusters01 += count(user, false) > 0 ? 1 : 0;
            }
            double m = count(true);
            double n = count(false);
            s10 *= clusters10 / ((clusters10 - 1) * m);
            s01 *= clusters01 / ((clusters01 - 1) * n);
            s11 *= distinct.length / (distinct.length - 1.0);
            return s10 / m + s01 / n + s11 / (m * n);
        }

        private double deviation(double[] scores, long user, boolean label, double auc) {
            double sum = 0;
            for (int i = 0; i < users.length; i++) {
                sum += users[i] == user && labels[i] == label ? placement(scores, i) - auc : 0;
            }
            return sum;
        }

        /** Copies the impressions of every user drawn and computes the AUCs anew. */
        double[] resampledSlowly(int resamples, Random random) {
            long[] distinct = distinctUsers();
            double[] differences = new double[resamples];
            for (int resample = 0; resample < resamples; resample++) {
                int[] drawn = random.ints(distinct.length, 0, distinct.length)
                        .flatMap(user -> IntStream.range(0, users.length).filter(i -> users[i] == distinct[user]))
                        .toArray();
                long[] drawnUsers = new long[drawn.length];
                double[] drawnFirst = new double[drawn.length];
                double[] drawnSecond = new double[drawn.length];
                boolean[] drawnLabels = new boolean[drawn.length];
                for (int i = 0; i < drawn.length; i++) {
                    drawnUsers[i] = users[drawn[i]];
                    drawnFirst[i] = first[drawn[i]];
                    drawnSecond[i] = second[drawn[i]];
                    drawnLabels[i] = labels[drawn[i]];
                }
                Clusters copy = new Clusters(drawnUsers, drawnFirst, drawnSecond, drawnLabels);
                differences[resample] = copy.slowAuc(drawnSecond) - copy.slowAuc(drawnFirst);
            }
            return differences;
        }
    }
}

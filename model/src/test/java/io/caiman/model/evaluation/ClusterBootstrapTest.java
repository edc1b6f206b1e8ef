package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class ClusterBootstrapTest {

    private static final Offset<Double> ROUNDING = within(1e-12);
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    @Test
    void figures_agree_with_drawing_users_with_all_their_impressions() {
        int resamples = 4_000;
        Comparison data = Comparison.random(new Random(5), 40, 1, 1.6, 0.3);
        PairedDifference result = data.bootstrap(resamples, 1);
        double[] slow = data.resampledSlowly(resamples, new Random(2));
        double mean = Arrays.stream(slow).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(slow)
                        .map(difference -> Math.pow(difference - mean, 2))
                        .sum()
                / (resamples - 1));
        double notAbove = Arrays.stream(slow).filter(d -> d <= 0).count();
        double notBelow = Arrays.stream(slow).filter(d -> d >= 0).count();

        assertThat(result.first()).isCloseTo(data.gauc(data.first), ROUNDING);
        assertThat(result.second()).isCloseTo(data.gauc(data.second), ROUNDING);
        // Two resamplings of 4000: standard deviations differ by 1.6 %, percentiles by 4 % of one, at one sigma.
        assertThat(result.standardError()).isCloseTo(deviation, Percentage.withPercentage(7));
        assertThat(result.low()).isCloseTo(slow[100], within(0.2 * deviation));
        assertThat(result.high()).isCloseTo(slow[3_900], within(0.2 * deviation));
        assertThat(result.pValue())
                .isCloseTo(2 * Math.min(notAbove, notBelow) / resamples, within(0.03))
                .isBetween(0.05, 0.5);
    }

    @Test
    void intervals_cover_the_true_difference_as_often_as_they_say() {
        double trueDifference =
                NORMAL.cumulativeProbability(1.5 / Math.sqrt(2)) - NORMAL.cumulativeProbability(1 / Math.sqrt(2));
        Random random = new Random(31);
        int covered = 0;
        for (int i = 0; i < 1_000; i++) {
            PairedDifference result = Comparison.random(random, 100, 1, 1.5, 0).bootstrap(300, i);
            covered += result.low() <= trueDifference && trueDifference <= result.high() ? 1 : 0;
        }
        // 950 expected, with a standard deviation of 6.9; intervals by percentiles are a little short (943 in the long
        // run).
        assertThat(covered).isBetween(920, 975);
    }

    @Test
    void equal_models_are_seldom_told_apart_even_where_each_is_better_for_some_users() {
        Random random = new Random(41);
        int significant = 0;
        int significantByImpressions = 0;
        int inTheMiddle = 0;
        for (int i = 0; i < 1_000; i++) {
            Comparison data = Comparison.random(random, 60, 1, 1, 1);
            double pValue = data.bootstrap(300, i).pValue();
            significant += pValue < 0.05 ? 1 : 0;
            inTheMiddle += pValue < 0.5 ? 1 : 0;
            significantByImpressions += DeLong.compare(data.first, data.second, data.labels)
                                    .orElseThrow()
                                    .pValue()
                            < 0.05
                    ? 1
                    : 0;
        }
        // 50 and 500 expected, with standard deviations of 6.9 and 15.8.
        assertThat(significant).isBetween(25, 80);
        assertThat(inTheMiddle).isBetween(440, 560);
        // What the clusters are for: a test that takes impressions as independent finds differences that are not there.
        assertThat(significantByImpressions).isGreaterThan(100);
    }

    @Test
    void a_better_model_is_told_from_a_worse_one_with_the_least_p_there_is() {
        PairedDifference result =
                Comparison.random(new Random(6), 300, 0.5, 2, 0.3).bootstrap(999, 3);
        assertThat(result.low()).isPositive();
        assertThat(result.pValue()).isCloseTo(2 / 1_000.0, ROUNDING);
    }

    @Test
    void a_model_differs_from_itself_by_nothing_for_certain() {
        Comparison data = Comparison.random(new Random(7), 20, 1, 1, 0);
        PairedDifference itself = ClusterBootstrap.gauc(data.users, data.first, data.first, data.labels, 100, 1)
                .orElseThrow();
        assertThat(itself).isEqualTo(new PairedDifference(itself.first(), itself.first(), 0, 0, 0, 1));
    }

    @Test
    void the_same_seed_gives_the_same_figures_and_another_seed_others() {
        Comparison data = Comparison.random(new Random(8), 30, 1, 1.2, 0);
        assertThat(data.bootstrap(200, 9)).isEqualTo(data.bootstrap(200, 9)).isNotEqualTo(data.bootstrap(200, 10));
    }

    @Test
    void users_with_one_class_change_nothing() {
        Comparison data = Comparison.random(new Random(9), 30, 1, 1.2, 0);
        int size = data.users.length;
        int[] users = Arrays.copyOf(data.users, size + 2);
        users[size] = 1_000;
        users[size + 1] = -1_000;
        PairedDifference result = ClusterBootstrap.gauc(
                        users,
                        Arrays.copyOf(data.first, size + 2),
                        Arrays.copyOf(data.second, size + 2),
                        Arrays.copyOf(data.labels, size + 2),
                        200,
                        1)
                .orElseThrow();
        assertThat(result).isEqualTo(data.bootstrap(200, 1));
    }

    @Test
    void with_fewer_than_two_users_of_both_classes_it_is_undefined() {
        assertThat(ClusterBootstrap.gauc(new int[0], new double[0], new double[0], new boolean[0], 100, 1))
                .isEmpty();
        assertThat(ClusterBootstrap.gauc(
                        new int[] {1, 1, 2},
                        new double[] {0.1, 0.2, 0.3},
                        new double[] {0.3, 0.2, 0.1},
                        new boolean[] {true, false, true},
                        100,
                        1))
                .isEmpty();
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterBootstrap.gauc(new int[1], new double[1], new double[1], new boolean[1], 1, 1))
                .withMessageContaining("1 resamples");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> ClusterBootstrap.gauc(new int[1], new double[1], new double[2], new boolean[1], 10, 1));
    }

    /** Impressions of users with both classes each, and two models' scores of them. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Comparison(int userCount, int[] users, double[] first, double[] second, boolean[] labels) {

        /**
         * A user has 4 to 16 impressions, a quarter to a half of them positive. Negatives score N(0, 1) and positives N(m, 1) on
         * the logit scale, so that each user's AUC is Phi(m / sqrt(2)) in expectation; m is the model's lead plus what the user
         * adds to it, of standard deviation spread, independently for both models.
         */
        static Comparison random(Random random, int userCount, double firstLead, double secondLead, double spread) {
            int[] users = new int[userCount * 16];
            double[] first = new double[users.length];
            double[] second = new double[users.length];
            boolean[] labels = new boolean[users.length];
            int size = 0;
            for (int user = 0; user < userCount; user++) {
                int own = 4 + random.nextInt(13);
                int positives = own / 4 + random.nextInt(own / 4);
                double firstOfUser = firstLead + spread * random.nextGaussian();
                double secondOfUser = secondLead + spread * random.nextGaussian();
                for (int i = 0; i < own; i++, size++) {
                    users[size] = user;
                    labels[size] = i < positives;
                    first[size] = score(random, labels[size] ? firstOfUser : 0);
                    second[size] = score(random, labels[size] ? secondOfUser : 0);
                }
            }
            return new Comparison(
                    userCount,
                    Arrays.copyOf(users, size),
                    Arrays.copyOf(first, size),
                    Arrays.copyOf(second, size),
                    Arrays.copyOf(labels, size));
        }

        private static double score(Random random, double mean) {
            return 1 / (1 + Math.exp(-(mean + random.nextGaussian())));
        }

        PairedDifference bootstrap(int resamples, long seed) {
            return ClusterBootstrap.gauc(users, first, second, labels, resamples, seed)
                    .orElseThrow();
        }

        double gauc(double[] scores) {
            return new Sample(users, scores, labels).gauc().orElseThrow();
        }

        /** Copies the impressions of every user drawn, as those of another user each time, and computes gAUC anew. */
        double[] resampledSlowly(int resamples, Random random) {
            double[] differences = new double[resamples];
            for (int resample = 0; resample < resamples; resample++) {
                int[] drawnUsers = new int[userCount * 16];
                double[] drawnFirst = new double[drawnUsers.length];
                double[] drawnSecond = new double[drawnUsers.length];
                boolean[] drawnLabels = new boolean[drawnUsers.length];
                int size = 0;
                for (int draw = 0; draw < userCount; draw++) {
                    int user = random.nextInt(userCount);
                    for (int i = 0; i < users.length; i++) {
                        if (users[i] == user) {
                            drawnUsers[size] = draw;
                            drawnFirst[size] = first[i];
                            drawnSecond[size] = second[i];
                            drawnLabels[size++] = labels[i];
                        }
                    }
                }
                differences[resample] = new Sample(drawnUsers, drawnSecond, drawnLabels)
                                .part(0, size)
                                .gauc()
                                .orElseThrow()
                        - new Sample(drawnUsers, drawnFirst, drawnLabels)
                                .part(0, size)
                                .gauc()
                                .orElseThrow();
            }
            Arrays.sort(differences);
            return differences;
        }
    }
}

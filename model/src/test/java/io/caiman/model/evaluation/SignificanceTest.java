package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** DeLong's test, the bootstrap over users and the t-test over runs, each against something slow or known. */
class SignificanceTest {

    private static final double EXACT = 1e-12;
    /** Of 1.96 standard errors, as the normal quantile is written here. */
    private static final double QUANTILE = 1.959963984540054;

    @Test
    void delong_agrees_with_its_structural_components_pair_by_pair() {
        Random random = new Random(2);
        for (int round = 0; round < 30; round++) {
            int n = 6 + random.nextInt(60);
            Scores scores = Scores.random(random, n, 9, 0.5);
            if (scores.positives() < 2 || n - scores.positives() < 2) {
                continue;
            }
            double[][] v = components(scores);

            PairedDifference result =
                    DeLong.compare(scores.first, scores.second, scores.labels).orElseThrow();

            double variance = variance(v[0]) / v[0].length + variance(v[1]) / v[1].length;
            double difference = Arrays.stream(v[0]).sum() / v[0].length;
            assertThat(result.difference()).isCloseTo(difference, within(EXACT));
            assertThat(result.standardError()).isCloseTo(Math.sqrt(variance), within(EXACT));
            assertThat(result.high()).isCloseTo(difference + QUANTILE * Math.sqrt(variance), within(1e-9));
            assertThat(RankedScores.of(normalized(scores.first), scores.labels)
                            .auc()
                            .orElseThrow())
                    .isCloseTo(result.first(), within(EXACT));
        }
    }

    /** DeLong, DeLong and Clarke-Pearson 1988: second minus first, for each positive and for each negative. */
    private static double[][] components(Scores scores) {
        List<Integer> positives = new ArrayList<>();
        List<Integer> negatives = new ArrayList<>();
        for (int i = 0; i < scores.labels.length; i++) {
            (scores.labels[i] ? positives : negatives).add(i);
        }
        double[] ofPositives = new double[positives.size()];
        double[] ofNegatives = new double[negatives.size()];
        for (int p = 0; p < ofPositives.length; p++) {
            for (int q = 0; q < ofNegatives.length; q++) {
                int i = positives.get(p);
                int j = negatives.get(q);
                double won = won(scores.second[i], scores.second[j]) - won(scores.first[i], scores.first[j]);
                ofPositives[p] += won / ofNegatives.length;
                ofNegatives[q] += won / ofPositives.length;
            }
        }
        return new double[][] {ofPositives, ofNegatives};
    }

    private static double won(double positive, double negative) {
        return positive > negative ? 1 : positive == negative ? 0.5 : 0;
    }

    @Test
    void delong_of_a_model_with_itself_is_no_difference_and_of_one_class_undefined() {
        double[] scores = {0.1, 0.9, 0.4, 0.4, 0.7};
        boolean[] labels = {false, true, true, false, true};
        PairedDifference same = DeLong.compare(scores, scores, labels).orElseThrow();
        assertThat(same.difference()).isZero();
        assertThat(same.pValue()).isEqualTo(1);
        assertThat(DeLong.compare(scores, scores, new boolean[5])).isEmpty();
    }

    @Test
    void equally_good_models_are_told_apart_as_often_as_the_level_says() {
        Random random = new Random(5);
        int rounds = 600;
        int delong = 0;
        int bootstrap = 0;
        for (int round = 0; round < rounds; round++) {
            Scores scores = Scores.random(random, 240, 1 << 20, 0.5);
            int[] users = random.ints(240, 0, 24).toArray();
            delong += DeLong.compare(scores.first, scores.second, scores.labels)
                                    .orElseThrow()
                                    .pValue()
                            < 0.05
                    ? 1
                    : 0;
            bootstrap += ClusterBootstrap.gauc(
                                            users,
                                            normalized(scores.first),
                                            normalized(scores.second),
                                            scores.labels,
                                            199,
                                            round)
                                    .orElseThrow()
                                    .pValue()
                            < 0.05
                    ? 1
                    : 0;
        }
        // 5 % of 600 is 30, give or take four standard deviations of 5.3; few users make a bootstrap a little too bold.
        assertThat(delong).isBetween(9, 51);
        assertThat(bootstrap).isBetween(9, 70);
    }

    @Test
    void the_bootstrap_agrees_with_resampling_users_one_by_one() {
        Random random = new Random(9);
        Scores scores = Scores.random(random, 900, 50, 1.2);
        int[] users = random.ints(900, 0, 60).toArray();
        double[] first = normalized(scores.first);
        double[] second = normalized(scores.second);
        Map<Integer, List<Integer>> byUser = new HashMap<>();
        for (int i = 0; i < users.length; i++) {
            byUser.computeIfAbsent(users[i], any -> new ArrayList<>()).add(i);
        }
        List<List<Integer>> all = List.copyOf(byUser.values());
        double[] differences = new double[4000];
        for (int r = 0; r < differences.length; r++) {
            List<List<Integer>> drawn = new ArrayList<>();
            for (int k = 0; k < all.size(); k++) {
                drawn.add(all.get(random.nextInt(all.size())));
            }
            differences[r] = gauc(drawn, second, scores.labels) - gauc(drawn, first, scores.labels);
        }
        Arrays.sort(differences);
        double deviation = Math.sqrt(variance(differences));

        PairedDifference result = ClusterBootstrap.gauc(users, first, second, scores.labels, 4000, 1)
                .orElseThrow();

        assertThat(result.difference())
                .isCloseTo(gauc(all, second, scores.labels) - gauc(all, first, scores.labels), within(EXACT));
        // Two samples of 4,000: their deviations differ by 1.6 % of themselves, ends of the interval by a little more.
        assertThat(result.standardError()).isCloseTo(deviation, within(0.08 * deviation));
        assertThat(result.low()).isCloseTo(differences[100], within(0.25 * deviation));
        assertThat(result.high()).isCloseTo(differences[3900], within(0.25 * deviation));
        assertThat(ClusterBootstrap.gauc(users, first, second, scores.labels, 4000, 1))
                .hasValue(result);
    }

    /** A user drawn twice counts as two users. */
    private static double gauc(List<List<Integer>> users, double[] scores, boolean[] labels) {
        double sum = 0;
        double weight = 0;
        for (List<Integer> own : users) {
            double won = 0;
            double pairs = 0;
            for (int i : own) {
                for (int j : own) {
                    if (labels[i] && !labels[j]) {
                        pairs++;
                        won += won(scores[i], scores[j]);
                    }
                }
            }
            if (pairs > 0) {
                sum += own.size() * won / pairs;
                weight += own.size();
            }
        }
        return sum / weight;
    }

    @Test
    void the_t_test_agrees_with_the_integral_of_student_s_density() {
        Random random = new Random(4);
        for (int runs = 2; runs <= 8; runs++) {
            double[] first = random.doubles(runs, 0.6, 0.61).toArray();
            double[] second = random.doubles(runs, 0.602, 0.612).toArray();
            double[] differences = new double[runs];
            Arrays.setAll(differences, i -> second[i] - first[i]);
            double mean = Arrays.stream(differences).sum() / runs;
            double t = mean / Math.sqrt(variance(differences) / runs);

            assertThat(PairedRuns.tTest(first, second).orElseThrow())
                    .isCloseTo(1 - 2 * studentUpTo(Math.abs(t), runs - 1), within(1e-6));
        }
    }

    @Test
    void the_t_test_knows_what_it_cannot_tell() {
        assertThat(PairedRuns.tTest(new double[] {1}, new double[] {2})).isEmpty();
        assertThat(PairedRuns.tTest(new double[] {1, 2}, new double[] {1, 2})).hasValue(1);
        assertThat(PairedRuns.tTest(new double[] {1, 2}, new double[] {2, 3})).isEmpty();
    }

    /** The density from 0 to t, over its integral from 0 to infinity, times one half: Simpson's rule, x = tan u. */
    private static double studentUpTo(double t, int freedom) {
        return integral(Math.atan(t), freedom) / integral(Math.PI / 2, freedom) / 2;
    }

    private static double integral(double to, int freedom) {
        int steps = 20_000;
        double width = to / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double u = i * width;
            double cosine = Math.max(Math.cos(u), 1e-12);
            double x = Math.tan(Math.min(u, Math.PI / 2 - 1e-12));
            double density = Math.pow(1 + x * x / freedom, -(freedom + 1) / 2.0) / (cosine * cosine);
            sum += density * (i == 0 || i == steps ? 1 : i % 2 == 0 ? 2 : 4);
        }
        return sum * width / 3;
    }

    private static double variance(double[] values) {
        double mean = Arrays.stream(values).sum() / values.length;
        return Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / (values.length - 1);
    }

    private static double[] normalized(double[] scores) {
        return Arrays.stream(scores).map(x -> 1 / (1 + Math.exp(-x))).toArray();
    }

    /** Two models' scores of the same impressions, equally good on average, with as many ties as there are few values. */
    private record Scores(double[] first, double[] second, boolean[] labels) {

        static Scores random(Random random, int n, int values, double signal) {
            double[] first = new double[n];
            double[] second = new double[n];
            boolean[] labels = new boolean[n];
            for (int i = 0; i < n; i++) {
                labels[i] = random.nextBoolean();
                double shared = random.nextGaussian() + (labels[i] ? signal : 0);
                first[i] = rounded(shared + random.nextGaussian(), values);
                second[i] = rounded(shared + random.nextGaussian(), values);
            }
            return new Scores(first, second, labels);
        }

        private static double rounded(double value, int values) {
            return Math.rint(value * values / 6) * 6 / values;
        }

        int positives() {
            int positives = 0;
            for (boolean label : labels) {
                positives += label ? 1 : 0;
            }
            return positives;
        }
    }
}

package io.caiman.replay.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SyntheticLogTest {

    private static final SyntheticOptions DEFAULTS = SyntheticOptions.DEFAULTS;
    /** Beyond this many standard errors a seeded test has found something. */
    private static final double LARGEST_Z = 4;

    private static List<SyntheticImpression> log(SyntheticOptions options, long length) {
        List<SyntheticImpression> log = new ArrayList<>();
        new SyntheticLog(options, length).forEachRemaining(log::add);
        return log;
    }

    private static SyntheticOptions seeded(long seed) {
        return new SyntheticOptions(seed, DEFAULTS.users(), DEFAULTS.items(), DEFAULTS.conflict());
    }

    private static boolean clicked(SyntheticImpression made) {
        return Boolean.TRUE.equals(made.impression().getLabels().get("click"));
    }

    @Test
    void a_seed_makes_the_log() {
        assertThat(log(seeded(4), 2_000)).isEqualTo(log(seeded(4), 2_000)).isNotEqualTo(log(seeded(5), 2_000));
    }

    @Test
    void times_fill_the_period_and_never_go_back() {
        List<Long> times = log(DEFAULTS, 3_000).stream()
                .map(made -> made.impression().getEventTimeMs())
                .toList();

        assertThat(times).isSorted();
        assertThat(times.get(0)).isGreaterThanOrEqualTo(SyntheticLog.START.toEpochMilli());
        assertThat(times.get(2_999))
                .isBetween(
                        SyntheticLog.START
                                .plus(SyntheticLog.PERIOD.multipliedBy(2_999).dividedBy(3_000))
                                .toEpochMilli(),
                        SyntheticLog.START.plus(SyntheticLog.PERIOD).toEpochMilli());
    }

    @Test
    void domains_have_the_shares_of_kuairand() {
        int length = 100_000;
        Map<String, Integer> counts = new HashMap<>();
        log(DEFAULTS, length).forEach(made -> counts.merge(made.impression().getDomain(), 1, Integer::sum));

        for (SyntheticDomain domain : SyntheticDomain.values()) {
            double share = domain.weight() / 11.7;
            double error = Math.sqrt(share * (1 - share) / length);
            assertThat((double) counts.getOrDefault(domain.tab(), 0) / length)
                    .isCloseTo(share, within(LARGEST_Z * error));
        }
        assertThat(counts).hasSize(5);
    }

    @Test
    void clicks_come_as_often_as_their_probabilities_say() {
        List<SyntheticImpression> log = log(DEFAULTS, 100_000);
        // Over all, and in each tenth of the range of probabilities.
        for (int tenth = -1; tenth < 10; tenth++) {
            double expected = 0;
            double variance = 0;
            long clicks = 0;
            for (SyntheticImpression made : log) {
                if (tenth < 0 || (int) (made.probability() * 10) == tenth) {
                    expected += made.probability();
                    variance += made.probability() * (1 - made.probability());
                    clicks += clicked(made) ? 1 : 0;
                }
            }
            assertThat(Math.abs(clicks - expected) / Math.sqrt(variance))
                    .as("tenth %d", tenth)
                    .isLessThan(LARGEST_Z);
        }
    }

    @Test
    void parts_of_the_logit_have_the_stated_variances() {
        Draws draws = new Draws(3);
        Population users = new Population(200, 0.6, KuaiRandAttributes.ofUsers(), 3, draws);
        for (int trait = 0; trait < 3; trait++) {
            double mean = 0;
            double square = 0;
            int n = 200_000;
            for (int i = 0; i < n; i++) {
                double value = users.traits(users.draw(draws))[trait];
                mean += value / n;
                square += value * value / n;
            }
            assertThat(mean).isCloseTo(0, within(0.02));
            // The two halves of a trait are independent only in expectation.
            assertThat(square).isCloseTo(1, within(0.25));
        }
    }

    @Test
    void domains_agree_without_conflict_and_the_less_the_more_there_is() {
        double none = agreement(0);
        double some = agreement(0.5);
        double much = agreement(1.5);

        assertThat(none).isCloseTo(1, within(1e-12));
        assertThat(some).isBetween(0.7, 0.99);
        assertThat(much).isLessThan(some - 0.1);
    }

    /** Correlation of the logits of the same users and items in two domains. */
    private static double agreement(double conflict) {
        Draws draws = new Draws(8);
        Population users = new Population(300, 0.6, KuaiRandAttributes.ofUsers(), HiddenTruth.USER_TRAITS, draws);
        Population items = new Population(300, 0.8, KuaiRandAttributes.ofItems(300), HiddenTruth.ITEM_TRAITS, draws);
        HiddenTruth truth = new HiddenTruth(users, items, conflict);
        HiddenTruth.Phase phase = HiddenTruth.Phase.at(0.3);
        int n = 20_000;
        double[] first = new double[n];
        double[] second = new double[n];
        for (int i = 0; i < n; i++) {
            int user = users.draw(draws);
            int item = items.draw(draws);
            first[i] = truth.logit(user, item, 1, phase);
            second[i] = truth.logit(user, item, 4, phase);
        }
        return correlation(first, second);
    }

    private static double correlation(double[] a, double[] b) {
        double meanA = java.util.Arrays.stream(a).average().orElseThrow();
        double meanB = java.util.Arrays.stream(b).average().orElseThrow();
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / Math.sqrt(aa * bb);
    }

    @Test
    void the_oracle_ranks_well_but_not_perfectly_in_every_domain() {
        OracleEvaluation evaluation = new OracleEvaluation();
        log(DEFAULTS, 100_000).forEach(made -> {
            Impression impression = made.impression();
            evaluation.add(impression.getDomain(), impression.getUser(), made.probability(), clicked(made));
        });

        assertThat(evaluation.figures()).hasSize(6).allSatisfy(figures -> {
            assertThat(figures.auc().orElseThrow()).isBetween(0.75, 0.85);
            assertThat(figures.gauc().orElseThrow()).isBetween(0.70, 0.85);
        });
    }

    @Test
    void a_bias_for_each_feature_learns_most_but_not_all_of_it() {
        long length = 200_000;
        Map<String, double[]> weights = new HashMap<>();
        OracleEvaluation oracle = new OracleEvaluation();
        OracleEvaluation learner = new OracleEvaluation();
        SyntheticLog log = new SyntheticLog(DEFAULTS, length);
        for (long n = 0; n < length; n++) {
            SyntheticImpression made = log.next();
            Impression impression = made.impression();
            List<double[]> active = features(impression).stream()
                    .map(feature -> weights.computeIfAbsent(feature, unseen -> new double[] {0, 0.1}))
                    .toList();
            double score = 1
                    / (1
                            + Math.exp(-active.stream()
                                    .mapToDouble(weight -> weight[0])
                                    .sum()));
            if (n >= length * 3 / 4) {
                oracle.add(impression.getDomain(), impression.getUser(), made.probability(), clicked(made));
                learner.add(impression.getDomain(), impression.getUser(), score, clicked(made));
            }
            double gradient = score - (clicked(made) ? 1 : 0);
            for (double[] weight : active) {
                weight[1] += gradient * gradient;
                weight[0] -= 0.15 * gradient / Math.sqrt(weight[1]);
            }
        }

        for (int i = 0; i < oracle.figures().size(); i++) {
            double best = oracle.figures().get(i).auc().orElseThrow() - 0.5;
            double reached = learner.figures().get(i).auc().orElseThrow() - 0.5;
            assertThat(reached / best).isBetween(0.65, 0.92);
        }
    }

    private static List<String> features(Impression impression) {
        List<String> features = new ArrayList<>(List.of(
                "user=" + impression.getUser(), "item=" + impression.getItem(), "domain=" + impression.getDomain()));
        for (Slot slot : impression.getSlots()) {
            features.add(slot.getName() + "=" + slot.getIds().get(0));
        }
        return features;
    }
}

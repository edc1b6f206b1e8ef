package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeLongTest {

    private static final Offset<Double> ROUNDING = within(1e-12);

    /** Abramowitz and Stegun 26.2.17, the reference for the normal tail, is good to 7.5e-8. */
    private static final Offset<Double> TAIL = within(2e-7);

    private static final double NORMAL_975 = 1.959963984540054;

    @ParameterizedTest
    @ValueSource(ints = {20, 50, 400})
    void figures_agree_with_comparing_every_positive_with_every_negative(int size) {
        for (long seed = 0; seed < 10; seed++) {
            for (Sample sample : new Sample[] {Sample.calibrated(seed, size, 5, 0, 1), Sample.tied(seed, size, 5)}) {
                double[] other = blurred(sample.scores(), new Random(seed + 1_000));
                PairedDifference result =
                        DeLong.compare(sample.scores(), other, sample.labels()).orElseThrow();

                assertThat(result.first()).isCloseTo(sample.auc().orElseThrow(), ROUNDING);
                assertThat(result.second())
                        .isCloseTo(
                                new Sample(sample.users(), other, sample.labels())
                                        .auc()
                                        .orElseThrow(),
                                ROUNDING);
                double standardError = Math.sqrt(variance(sample.scores(), other, sample.labels()));
                double difference = result.second() - result.first();
                assertThat(result.difference()).isEqualTo(difference);
                assertThat(result.standardError()).isCloseTo(standardError, ROUNDING);
                assertThat(result.low()).isCloseTo(difference - NORMAL_975 * standardError, ROUNDING);
                assertThat(result.high()).isCloseTo(difference + NORMAL_975 * standardError, ROUNDING);
                double pValue = standardError == 0 ? 1 : 2 * normalTail(Math.abs(difference) / standardError);
                assertThat(result.pValue()).isCloseTo(pValue, TAIL);
            }
        }
    }

    @Test
    void the_aucs_are_those_of_the_ranked_scores_to_the_last_bit() {
        Sample sample = Sample.tied(11, 1_000, 5);
        double[] other = blurred(sample.scores(), new Random(12));
        PairedDifference result =
                DeLong.compare(sample.scores(), other, sample.labels()).orElseThrow();
        assertThat(RankedScores.of(sample.scores(), sample.labels()).auc()).hasValue(result.first());
        assertThat(RankedScores.of(other, sample.labels()).auc()).hasValue(result.second());
    }

    @Test
    void p_values_of_equal_models_are_uniform() {
        Random random = new Random(21);
        double[] pValues = DoubleStream.generate(() -> pValueOfEqualModels(random))
                .limit(2_000)
                .toArray();
        long significant = Arrays.stream(pValues).filter(p -> p < 0.05).count();

        // 2000 x 0.05 = 100, with a standard deviation of 9.7.
        assertThat(significant).isBetween(70L, 130L);
        assertThat(KolmogorovSmirnovTest.withDefaults().test(pValues, p -> p).getPValue())
                .isGreaterThan(0.01);
    }

    @Test
    void a_better_model_is_told_from_a_worse_one() {
        Sample sample = Sample.calibrated(3, 4_000, 5, 0, 1.5);
        double[] worse = blurred(sample.scores(), new Random(4));
        PairedDifference result =
                DeLong.compare(worse, sample.scores(), sample.labels()).orElseThrow();
        assertThat(result.low()).isPositive();
        assertThat(result.pValue()).isLessThan(1e-6);
        PairedDifference reversed =
                DeLong.compare(sample.scores(), worse, sample.labels()).orElseThrow();
        assertThat(reversed.difference()).isEqualTo(-result.difference());
        assertThat(reversed.pValue()).isEqualTo(result.pValue());
    }

    @Test
    void a_model_differs_from_itself_by_nothing_for_certain() {
        Sample sample = Sample.calibrated(1, 300, 5, 0, 1);
        double auc = sample.auc().orElseThrow();
        PairedDifference itself = DeLong.compare(sample.scores(), sample.scores(), sample.labels())
                .orElseThrow();
        assertThat(itself.first()).isCloseTo(auc, ROUNDING);
        assertThat(itself).isEqualTo(new PairedDifference(itself.first(), itself.first(), 0, 0, 0, 1));
        double[] stretched =
                Arrays.stream(sample.scores()).map(score -> 3 * score - 7).toArray();
        assertThat(DeLong.compare(sample.scores(), stretched, sample.labels())).hasValue(itself);
    }

    @Test
    void minus_zero_is_zero_and_infinities_are_scores_like_others() {
        double[] scores = {0.0, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY};
        boolean[] labels = {true, false, true, false, false};
        double[] other = {1, 2, 3, 4, 5};
        assertThat(DeLong.compare(scores, other, labels).orElseThrow().first())
                .isCloseTo((0.5 + 1 + 0 + 1 + 1 + 0.5) / 6, ROUNDING);
    }

    @Test
    void too_few_of_a_class_and_a_difference_without_spread_are_undefined() {
        assertThat(DeLong.compare(new double[0], new double[0], new boolean[0])).isEmpty();
        double[] up = {1, 2, 3, 4};
        double[] down = {4, 3, 2, 1};
        assertThat(DeLong.compare(up, down, new boolean[] {true, true, true, true}))
                .isEmpty();
        assertThat(DeLong.compare(up, down, new boolean[] {false, false, false, true}))
                .isEmpty();
        assertThat(DeLong.compare(up, down, new boolean[] {false, false, true, true}))
                .isEmpty();
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeLong.compare(new double[2], new double[2], new boolean[3]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeLong.compare(new double[] {1, Double.NaN}, new double[2], new boolean[2]))
                .withMessageContaining("position 1");
    }

    /** Two models that see the same truth through noise of their own, as strong for both. */
    private static double pValueOfEqualModels(Random random) {
        int size = 300;
        double[] first = new double[size];
        double[] second = new double[size];
        boolean[] labels = new boolean[size];
        for (int i = 0; i < size; i++) {
            labels[i] = random.nextInt(3) == 0;
            double truth = (labels[i] ? 1 : 0) + random.nextGaussian();
            first[i] = truth + 0.5 * random.nextGaussian();
            second[i] = truth + 0.5 * random.nextGaussian();
        }
        return DeLong.compare(first, second, labels).orElseThrow().pValue();
    }

    private static double[] blurred(double[] scores, Random random) {
        return Arrays.stream(scores)
                .map(score -> random.nextBoolean() ? score : random.nextInt(11) / 10.0)
                .toArray();
    }

    /** From the structural components of the paper, each a mean over all pairs of one impression. */
    private static double variance(double[] first, double[] second, boolean[] labels) {
        double variance = 0;
        for (boolean label : new boolean[] {true, false}) {
            double[] components = new double[labels.length];
            int size = 0;
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] == label) {
                    double sum = 0;
                    int pairs = 0;
                    for (int j = 0; j < labels.length; j++) {
                        if (labels[j] != label) {
                            sum += label
                                    ? won(second[i], second[j]) - won(first[i], first[j])
                                    : won(second[j], second[i]) - won(first[j], first[i]);
                            pairs++;
                        }
                    }
                    components[size++] = sum / pairs;
                }
            }
            double mean = Arrays.stream(components).sum() / size;
            double squares = Arrays.stream(components, 0, size)
                    .map(component -> (component - mean) * (component - mean))
                    .sum();
            variance += squares / (size - 1) / size;
        }
        return variance;
    }

    private static double won(double positive, double negative) {
        return positive > negative ? 1 : positive == negative ? 0.5 : 0;
    }

    private static double normalTail(double z) {
        double t = 1 / (1 + 0.2316419 * z);
        double polynomial =
                t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * polynomial;
    }
}

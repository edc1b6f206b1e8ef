package io.caiman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.dashboard.Trend.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrendTest {

    private static final long LENGTH = 60;
    private static final long IMPRESSIONS = 10_000;
    private static final long POSITIVES = 2_000;
    private static final double ROUNDING = 1e-12;
    /** Hanley and McNeil's formula is for exponential scores; normal ones are a little off. */
    private static final double SHAPE = 0.1;

    private static Figures window(long end, long impressions, double auc) {
        return new Figures(
                end - LENGTH,
                end,
                impressions,
                impressions / 5,
                7,
                Double.isNaN(auc) ? OptionalDouble.empty() : OptionalDouble.of(auc),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    private static List<Point> curve(Figures... windows) {
        List<Point> curve = new ArrayList<>();
        for (Figures window : windows) {
            curve.add(window.point(1));
        }
        return curve;
    }

    @Test
    void a_window_is_set_against_the_mean_of_those_before_that_share_no_time_with_it_or_each_other() {
        Figures now = window(200, IMPRESSIONS, 0.6);
        Trend trend = Trend.of(
                        curve(
                                window(60, IMPRESSIONS, 0.7),
                                window(80, IMPRESSIONS, 0.74), // 20 to 80: the first before 140
                                window(130, IMPRESSIONS, Double.NaN), // undefined
                                window(140, IMPRESSIONS, 0.8), // 80 to 140: ends where the latest begins
                                window(180, IMPRESSIONS, 0.9), // overlaps with the latest
                                now),
                        now)
                .orElseThrow();
        assertThat(trend.windows()).isEqualTo(2);
        assertThat(trend.before()).isCloseTo(0.77, within(ROUNDING));
        assertThat(trend.change()).isCloseTo(-0.17, within(ROUNDING));
        assertThat(trend.verdict()).isEqualTo(Verdict.WORSE);
    }

    @Test
    void a_change_is_called_so_only_where_it_is_large_enough_and_clearly_more_than_noise() {
        assertThat(verdict(IMPRESSIONS, 0.75, 0.76)).isEqualTo(Verdict.STEADY);
        assertThat(verdict(IMPRESSIONS, 0.75, 0.80)).isEqualTo(Verdict.BETTER);
        assertThat(verdict(IMPRESSIONS, 0.75, 0.70)).isEqualTo(Verdict.WORSE);
        assertThat(verdict(200, 0.75, 0.70)).isEqualTo(Verdict.STEADY);
        assertThat(verdict(100_000_000, 0.75, 0.746)).isEqualTo(Verdict.STEADY);
    }

    private static Verdict verdict(long impressions, double before, double now) {
        Figures latest = window(200, impressions, now);
        return Trend.of(curve(window(100, impressions, before), latest), latest)
                .orElseThrow()
                .verdict();
    }

    @Test
    void too_few_of_either_label_an_undefined_figure_or_no_window_before_tell_nothing() {
        Figures now = window(200, IMPRESSIONS, 0.6);
        Figures few = window(200, 99, 0.6); // 19 positives
        assertThat(Trend.of(curve(now), now)).isEmpty();
        assertThat(Trend.of(curve(window(100, 99, 0.7), now), now)).isEmpty();
        assertThat(Trend.of(curve(window(100, IMPRESSIONS, 0.7), few), few)).isEmpty();
        Figures undefined = window(200, IMPRESSIONS, Double.NaN);
        assertThat(Trend.of(curve(window(100, IMPRESSIONS, 0.7), undefined), undefined))
                .isEmpty();
    }

    @Test
    void the_standard_error_is_what_repeated_samples_show() {
        Random random = new Random(5);
        int positives = 60;
        int negatives = 90;
        int samples = 4_000;
        double sum = 0;
        double squares = 0;
        for (int sample = 0; sample < samples; sample++) {
            double auc = auc(random, positives, negatives);
            sum += auc;
            squares += auc * auc;
        }
        double mean = sum / samples;
        double deviation = Math.sqrt(squares / samples - mean * mean);
        assertThat(Math.sqrt(Trend.variance(mean, positives, negatives)) / deviation)
                .isCloseTo(1, within(SHAPE));
    }

    /** Of normal scores, a positive's one higher; by comparing every pair. */
    private static double auc(Random random, int positives, int negatives) {
        double[] low =
                random.doubles(negatives).map(unused -> random.nextGaussian()).toArray();
        int won = 0;
        for (int positive = 0; positive < positives; positive++) {
            double score = 1 + random.nextGaussian();
            for (double other : low) {
                won += score > other ? 1 : 0;
            }
        }
        return (double) won / (positives * negatives);
    }

    @Test
    void a_perfect_window_has_an_error_too() {
        assertThat(Trend.variance(1, POSITIVES, POSITIVES)).isPositive().isFinite();
        assertThat(Trend.variance(0, POSITIVES, POSITIVES)).isPositive().isFinite();
    }
}

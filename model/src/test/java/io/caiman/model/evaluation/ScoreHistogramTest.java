package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreHistogramTest {

    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @CsvSource({
        "300, 0, 1",
        "3000, -4, 1",
        "3000, -7, 0.2",
        "40000, 0, 3",
        "40000, -4, 1",
        "40000, -5, 0.1",
        "300000, -4, 0.01",
        "300000, -4, 2",
        "300000, 6, 1.5"
    })
    void auc_of_skewed_scores_is_near_the_exact_one_and_within_its_bound(int size, double mean, double deviation) {
        for (long seed = 0; seed < 5; seed++) {
            Sample sample = Sample.calibrated(seed, size, 5, mean, deviation);
            double exact =
                    RankedScores.of(sample.scores(), sample.labels()).auc().orElseThrow();
            ScoreHistogram histogram = ScoreHistogram.of(sample.scores(), sample.labels());
            double bound = histogram.aucErrorBound().orElseThrow();

            assertThat(histogram.auc()).hasValueCloseTo(exact, within(TOLERANCE));
            assertThat(histogram.auc()).hasValueCloseTo(exact, within(bound + 1e-12));
        }
    }

    @Test
    void auc_agrees_with_counting_pairs_where_scores_are_tied() {
        for (long seed = 0; seed < 20; seed++) {
            Sample sample = Sample.tied(seed, 200, 5);
            assertThat(ScoreHistogram.of(sample.scores(), sample.labels()).auc())
                    .hasValueCloseTo(sample.auc().orElseThrow(), within(1e-12));
        }
    }

    @Test
    void auc_of_one_class_is_undefined_and_so_is_its_error() {
        for (ScoreHistogram histogram : new ScoreHistogram[] {
            ScoreHistogram.empty(),
            ScoreHistogram.of(new double[] {0.5}, new boolean[] {true}),
            ScoreHistogram.of(new double[] {0, 1}, new boolean[] {false, false})
        }) {
            assertThat(histogram.auc()).isEmpty();
            assertThat(histogram.aucErrorBound()).isEmpty();
        }
    }

    @Test
    void scores_of_0_and_1_lie_outermost() {
        assertThat(ScoreHistogram.of(new double[] {0, 1e-12, 1 - 1e-12, 1}, new boolean[] {false, true, false, true})
                        .auc())
                .hasValue(0.75);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30_000, 60_000, 120_000, 199_999})
    void merging_parts_is_counting_the_whole_however_it_is_cut(int cut) {
        Sample sample = Sample.calibrated(7, 200_000, 5, -3, 1);
        Sample head = sample.part(0, cut);
        Sample tail = sample.part(cut, sample.size());
        ScoreHistogram one = ScoreHistogram.of(head.scores(), head.labels());
        ScoreHistogram other = ScoreHistogram.of(tail.scores(), tail.labels());
        ScoreHistogram whole = ScoreHistogram.of(sample.scores(), sample.labels());

        assertThat(one.merge(other)).usingRecursiveComparison().isEqualTo(whole);
        assertThat(other.merge(one)).usingRecursiveComparison().isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 24})
    void merging_any_number_of_parts_is_counting_the_whole(int parts) {
        Sample sample = Sample.calibrated(8, 60_000, 5, -3, 1);
        List<ScoreHistogram> histograms = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            Sample own = sample.part(part * sample.size() / parts, (part + 1) * sample.size() / parts);
            histograms.add(ScoreHistogram.of(own.scores(), own.labels()));
        }
        assertThat(ScoreHistogram.merge(histograms))
                .usingRecursiveComparison()
                .isEqualTo(parts == 0 ? ScoreHistogram.empty() : ScoreHistogram.of(sample.scores(), sample.labels()));
    }

    @Test
    void memory_stays_bounded_and_no_impression_is_lost() {
        ScoreHistogram histogram = ScoreHistogram.empty();
        for (int i = 0; i < 30; i++) {
            Sample sample = Sample.calibrated(i, 20_000, 5, 0, 20);
            histogram = histogram.merge(ScoreHistogram.of(sample.scores(), sample.labels()));
        }
        AtomicLong counted = new AtomicLong();
        histogram.forEachBin((bin, positives, negatives) -> counted.addAndGet(positives + negatives));
        assertThat(counted).hasValue(600_000);
        assertThat(histogram.size()).isBetween(10_000, 32_768);
    }

    @Test
    void what_is_taken_out_again_leaves_the_histogram_of_the_rest() {
        for (long seed = 0; seed < 20; seed++) {
            for (Sample sample : List.of(Sample.tied(seed, 300, 5), Sample.calibrated(seed, 300, 5, -3, 1))) {
                Sample part = sample.part(40, 130);
                ScoreHistogram rest = histogram(sample.part(0, 40)).merge(histogram(sample.part(130, 300)));
                assertThat(histogram(sample).without(histogram(part)).orElseThrow())
                        .usingRecursiveComparison()
                        .isEqualTo(rest);
            }
        }
    }

    @Test
    void nothing_is_taken_out_of_a_histogram_that_may_have_become_coarser() {
        Sample sample = Sample.calibrated(1, 40_000, 5, -3, 1);
        assertThat(histogram(sample).without(histogram(sample.part(0, 100)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 300, 32_768, 32_769, 100_000})
    void a_histogram_of_the_bins_of_another_is_the_same(int size) {
        ScoreHistogram histogram = histogram(Sample.tied(1, 100_000, 5).part(0, size));
        List<Integer> bins = new ArrayList<>();
        List<Long> positives = new ArrayList<>();
        List<Long> negatives = new ArrayList<>();
        histogram.forEachBin((bin, positivesHere, negativesHere) -> {
            bins.add(bin);
            positives.add(positivesHere);
            negatives.add(negativesHere);
        });
        assertThat(bins).isSorted().hasSize(histogram.size());
        assertThat(ScoreHistogram.ofBins(
                        histogram.level(),
                        bins.stream().mapToInt(bin -> bin).toArray(),
                        positives.stream().mapToLong(count -> count).toArray(),
                        negatives.stream().mapToLong(count -> count).toArray()))
                .usingRecursiveComparison()
                .isEqualTo(histogram);
    }

    private static ScoreHistogram histogram(Sample sample) {
        return ScoreHistogram.of(sample.scores(), sample.labels());
    }
}

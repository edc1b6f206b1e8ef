package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankedScoresTest {

    private static final Offset<Double> ROUNDING = within(1e-12);

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 500})
    void auc_is_the_share_of_pairs_won(int size) {
        for (long seed = 0; seed < 20; seed++) {
            for (Sample sample : new Sample[] {Sample.calibrated(seed, size, 5, -1, 2), Sample.tied(seed, size, 5)}) {
                assertThat(RankedScores.of(sample.scores(), sample.labels())
                                .auc()
                                .isPresent())
                        .isEqualTo(sample.auc().isPresent());
                sample.auc()
                        .ifPresent(expected -> assertThat(RankedScores.of(sample.scores(), sample.labels())
                                        .auc())
                                .hasValueCloseTo(expected, ROUNDING));
            }
        }
    }

    @Test
    void ties_count_half() {
        assertThat(RankedScores.of(new double[] {0.5, 0.5}, new boolean[] {true, false})
                        .auc())
                .hasValue(0.5);
        assertThat(RankedScores.of(new double[] {0.5, 0.5, 0.1}, new boolean[] {true, false, false})
                        .auc())
                .hasValue(0.75);
    }

    @Test
    void auc_of_one_class_is_undefined() {
        assertThat(RankedScores.none().auc()).isEmpty();
        assertThat(RankedScores.of(new double[] {0.3}, new boolean[] {true}).auc())
                .isEmpty();
        assertThat(RankedScores.of(new double[] {0.3, 0.4}, new boolean[] {false, false})
                        .auc())
                .isEmpty();
    }

    @Test
    void scores_of_0_and_1_are_scores_like_others() {
        assertThat(RankedScores.of(new double[] {1, 0, -0.0, 1}, new boolean[] {true, false, false, true})
                        .auc())
                .hasValue(1);
        assertThat(RankedScores.of(new double[] {0, -0.0}, new boolean[] {true, false})
                        .auc())
                .hasValue(0.5);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-9, 1.000001, Double.NaN, Double.POSITIVE_INFINITY})
    void what_is_no_probability_is_refused(double score) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScoredLabel.encode(score, true))
                .withMessageContaining(String.valueOf(score));
    }

    @Test
    void merging_parts_is_ranking_the_whole() {
        for (int cut : new int[] {0, 1, 250, 499, 500}) {
            Sample sample = Sample.tied(cut, 500, 5);
            Sample head = sample.part(0, cut);
            Sample tail = sample.part(cut, 500);
            RankedScores merged =
                    RankedScores.of(head.scores(), head.labels()).merge(RankedScores.of(tail.scores(), tail.labels()));
            assertThat(merged.toArray())
                    .isEqualTo(RankedScores.of(sample.scores(), sample.labels()).toArray());
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, Double.MIN_VALUE, 1e-300, 0.1, 0.5, 0.9999999999999999, 1})
    void a_score_and_its_label_come_back_exactly(double score) {
        assertThat(ScoredLabel.score(ScoredLabel.encode(score, true))).isEqualTo(score);
        assertThat(ScoredLabel.label(ScoredLabel.encode(score, true))).isTrue();
        assertThat(ScoredLabel.label(ScoredLabel.encode(score, false))).isFalse();
    }
}

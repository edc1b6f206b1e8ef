package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class QualitySumsTest {

    private static final Offset<Double> ROUNDING = within(1e-12);

    @Test
    void figures_follow_their_definitions() {
        Sample sample = Sample.calibrated(1, 1_000, 5, -1, 2);
        double scores = 0;
        double losses = 0;
        long positives = 0;
        for (int i = 0; i < sample.size(); i++) {
            double label = sample.labels()[i] ? 1 : 0;
            double score = sample.scores()[i];
            losses -= label * Math.log(score) + (1 - label) * Math.log(1 - score);
            scores += score;
            positives += (long) label;
        }
        QualitySums sums = QualitySums.of(sample.scores(), sample.labels());

        assertThat(sums.impressions()).isEqualTo(1_000);
        assertThat(sums.positives()).isEqualTo(positives);
        assertThat(sums.logLoss()).hasValueCloseTo(losses / 1_000, ROUNDING);
        assertThat(sums.calibration()).hasValueCloseTo(scores / positives, ROUNDING);
    }

    @Test
    void a_certain_miss_costs_much_but_not_everything() {
        QualitySums sums = QualitySums.of(new double[] {0, 1}, new boolean[] {true, false});
        assertThat(sums.logLoss()).hasValueCloseTo(-Math.log(1e-15), ROUNDING);
        assertThat(QualitySums.of(new double[] {0, 1}, new boolean[] {false, true})
                        .logLoss())
                .hasValue(0);
    }

    @Test
    void figures_of_nothing_are_undefined() {
        assertThat(QualitySums.NONE.logLoss()).isEmpty();
        assertThat(QualitySums.NONE.calibration()).isEmpty();
        assertThat(QualitySums.of(new double[] {0.5}, new boolean[] {false}).calibration())
                .isEmpty();
    }

    @Test
    void sums_of_parts_add_up_to_those_of_the_whole() {
        Sample sample = Sample.calibrated(2, 100, 5, 0, 1);
        Sample head = sample.part(0, 30);
        Sample tail = sample.part(30, 100);
        QualitySums sum =
                QualitySums.of(head.scores(), head.labels()).plus(QualitySums.of(tail.scores(), tail.labels()));
        QualitySums whole = QualitySums.of(sample.scores(), sample.labels());

        assertThat(sum.impressions()).isEqualTo(whole.impressions());
        assertThat(sum.positives()).isEqualTo(whole.positives());
        assertThat(sum.scores()).isCloseTo(whole.scores(), ROUNDING);
        assertThat(sum.losses()).isCloseTo(whole.losses(), ROUNDING);
    }
}

package io.caiman.replay.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OracleEvaluationTest {

    private static final double ROUNDING = 1e-12;

    private record Scored(String domain, String user, double probability, boolean label) {}

    /** Every pair of a positive and a negative compared. */
    private static OptionalDouble slowAuc(List<Scored> scored) {
        double won = 0;
        long pairs = 0;
        for (Scored positive : scored) {
            for (Scored negative : scored) {
                if (positive.label && !negative.label) {
                    pairs++;
                    won += positive.probability > negative.probability
                            ? 1
                            : positive.probability == negative.probability ? 0.5 : 0;
                }
            }
        }
        return pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of(won / pairs);
    }

    private static OptionalDouble slowGauc(List<Scored> scored) {
        double sum = 0;
        long weight = 0;
        for (String user : scored.stream().map(Scored::user).distinct().toList()) {
            List<Scored> own = scored.stream().filter(s -> s.user.equals(user)).toList();
            OptionalDouble auc = slowAuc(own);
            if (auc.isPresent()) {
                sum += own.size() * auc.getAsDouble();
                weight += own.size();
            }
        }
        return weight == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / weight);
    }

    @Test
    void figures_equal_those_of_comparing_every_pair() {
        Random random = new Random(2);
        OracleEvaluation evaluation = new OracleEvaluation();
        List<Scored> all = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            // Few distinct probabilities, the ends of the range among them, so that there are many ties.
            Scored scored = new Scored(
                    "d" + random.nextInt(3),
                    "u" + random.nextInt(60),
                    random.nextInt(21) / 20.0,
                    random.nextInt(3) == 0);
            all.add(scored);
            evaluation.add(scored.domain, scored.user, scored.probability, scored.label);
        }

        List<OracleEvaluation.Figures> figures = evaluation.figures();

        assertThat(figures)
                .extracting(OracleEvaluation.Figures::domain)
                .containsExactly(Optional.of("d0"), Optional.of("d1"), Optional.of("d2"), Optional.empty());
        for (OracleEvaluation.Figures figure : figures) {
            List<Scored> part = all.stream()
                    .filter(scored -> figure.domain().map(scored.domain::equals).orElse(true))
                    .toList();
            assertThat(figure.impressions()).isEqualTo(part.size());
            assertThat(figure.positives())
                    .isEqualTo(part.stream().filter(Scored::label).count());
            assertThat(figure.auc().orElseThrow()).isCloseTo(slowAuc(part).orElseThrow(), within(ROUNDING));
            assertThat(figure.gauc().orElseThrow()).isCloseTo(slowGauc(part).orElseThrow(), within(ROUNDING));
        }
    }

    @Test
    void without_both_classes_figures_are_absent() {
        OracleEvaluation evaluation = new OracleEvaluation();
        evaluation.add("d", "u", 0.3, true);
        evaluation.add("d", "v", 0.4, true);

        assertThat(evaluation.figures().get(0).auc()).isEmpty();
        assertThat(evaluation.figures().get(0).gauc()).isEmpty();
    }
}

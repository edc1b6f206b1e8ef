package io.caiman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.caiman.schemas.avro.ExpertUse;
import io.caiman.schemas.avro.FrequencyGroup;
import io.caiman.schemas.avro.GateUse;
import io.caiman.schemas.avro.HealthReport;
import io.caiman.schemas.avro.HealthWarning;
import io.caiman.schemas.avro.InformationAbundance;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.SkippedStep;
import io.caiman.schemas.avro.WarningKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthHistoryTest {

    private final HealthHistory history = new HealthHistory("crocodile");

    static ModelHealth report(long step, String domain, double abundance, double covariance) {
        return new ModelHealth(
                "crocodile",
                1_000 * step,
                step,
                2L,
                new HealthReport(
                        0.5,
                        covariance,
                        3.0,
                        4.0,
                        List.of(new InformationAbundance(
                                1, domain, FrequencyGroup.RARE, 20, abundance, List.of(1f, 0.5f))),
                        List.of(new GateUse(domain, 0.75, List.of(0.25f, 0.75f))),
                        List.of(new ExpertUse(0, 0.125)),
                        List.of(new HealthWarning(WarningKind.COLLAPSE, "set 1 fell"))));
    }

    private void put(ModelHealth health) {
        history.put(health, 1);
    }

    @Test
    void reports_make_curves_of_losses_abundances_and_gates() {
        put(report(10, "home", 1.5, 0.2));
        put(report(20, "home", 1.4, 0.1));

        HealthView view = history.view();
        assertThat(view.step()).isEqualTo(20);
        assertThat(view.skippedSteps()).isEqualTo(2);
        assertThat(view.learning())
                .extracting(HealthView.Learning::step, p -> p.covarianceLoss().orElseThrow())
                .containsExactly(tuple(10L, 0.2), tuple(20L, 0.1));
        assertThat(view.abundances()).singleElement().satisfies(abundance -> {
            assertThat(abundance.embeddingSet()).isEqualTo(1);
            assertThat(abundance.group()).isEqualTo(FrequencyGroup.RARE);
            assertThat(abundance.spectrum()).containsExactly(1f, 0.5f);
            assertThat(abundance.curve()).extracting(HealthView.Value::value).containsExactly(1.5, 1.4);
        });
        assertThat(view.gates()).singleElement().satisfies(gate -> {
            assertThat(gate.entropy()).hasValue(0.75);
            assertThat(gate.curve())
                    .hasSize(2)
                    .first()
                    .extracting(HealthView.Mix::shares)
                    .isEqualTo(List.of(0.25f, 0.75f));
        });
        assertThat(view.experts()).containsExactly(new HealthView.Expert(0, 0.125));
        assertThat(view.warnings()).containsExactly("COLLAPSE: set 1 fell");
        assertThat(history.summary().warnings()).isEqualTo(view.warnings());
    }

    @Test
    void a_step_that_was_skipped_says_why_and_leaves_the_curves() {
        put(report(10, "home", 1.5, 0.2));
        put(new ModelHealth("crocodile", 11_000L, 10L, 3L, new SkippedStep("not finite", List.of())));
        assertThat(history.view().lastSkipped()).hasValue("not finite");
        assertThat(history.view().skippedSteps()).isEqualTo(3);
        assertThat(history.view().learning()).hasSize(1);
    }

    @Test
    void what_is_no_number_is_undefined() {
        put(report(10, "home", Double.NaN, Double.NaN));
        assertThat(history.view().learning().get(0).covarianceLoss()).isEmpty();
        assertThat(history.view().abundances()).isEmpty();
    }

    @Test
    void a_model_that_began_anew_has_curves_of_its_own_and_one_that_repeats_itself_goes_on() {
        put(report(100, "home", 1.5, 0.2));
        put(report(90, "home", 1.5, 0.2));
        assertThat(history.view().learning()).hasSize(2);
        put(report(10, "search", 1.5, 0.2));
        assertThat(history.view().learning()).hasSize(1);
        assertThat(history.view().gates())
                .extracting(HealthView.GateView::domain)
                .containsExactly("search");
    }

    @Test
    void curves_and_their_number_are_bounded() {
        for (int i = 0; i < HealthHistory.MOST_CURVES + 9; i++) {
            put(report(1_000 + i, "domain " + i, 1.5, 0.2));
        }
        assertThat(history.view().abundances()).hasSize(HealthHistory.MOST_CURVES);
        assertThat(history.view().gates()).hasSize(HealthHistory.MOST_CURVES);
        assertThat(history.view().learning()).hasSizeLessThanOrEqualTo(HealthHistory.POINTS_PER_CURVE);
    }
}

package io.caiman.local.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.local.figures.Figures;
import io.caiman.local.figures.TaskFigures;
import io.caiman.local.models.TuneReport.Trial;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class TuneReportTest {

    private static final double TOLERANCE = 1e-12;

    private static TaskFigures figures(String task, OptionalDouble auc) {
        return new TaskFigures(
                task, new Figures(auc, OptionalDouble.of(0.5), OptionalDouble.of(0.3), OptionalDouble.of(1), 10, 5));
    }

    private static Trial trial(int number, TaskFigures... tasks) {
        return new Trial(number, Map.of(), List.of(tasks), 0);
    }

    @Test
    void a_trial_s_objective_is_the_mean_over_the_tasks_for_which_it_is_defined() {
        TaskFigures click = figures("click", OptionalDouble.of(0.8));
        TaskFigures like = figures("like", OptionalDouble.of(0.5));
        TaskFigures hate = figures("hate", OptionalDouble.empty());

        assertThat(trial(1, click, like).value(Objective.AUC).orElseThrow()).isCloseTo(0.65, within(TOLERANCE));
        assertThat(trial(1, click, hate).value(Objective.AUC)).hasValue(0.8);
        assertThat(trial(1, click).value(Objective.AUC)).hasValue(0.8);
        assertThat(trial(1, hate).value(Objective.AUC)).isEmpty();
        assertThat(trial(1).value(Objective.GAUC)).isEmpty();
    }

    @Test
    void the_best_trial_has_the_largest_mean_and_is_the_first_of_those_that_have() {
        Trial bestAtClicks =
                trial(1, figures("click", OptionalDouble.of(0.9)), figures("like", OptionalDouble.of(0.5)));
        Trial bestOfAll = trial(2, figures("click", OptionalDouble.of(0.8)), figures("like", OptionalDouble.of(0.7)));
        Trial asGood = trial(3, figures("click", OptionalDouble.of(0.7)), figures("like", OptionalDouble.of(0.8)));
        Trial notFinite = trial(4);

        assertThat(TuneReport.best(List.of(bestAtClicks, bestOfAll, asGood, notFinite), Objective.AUC))
                .hasValue(2);
        assertThat(TuneReport.best(List.of(notFinite), Objective.AUC)).isEmpty();
    }
}

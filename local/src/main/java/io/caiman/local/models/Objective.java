package io.caiman.local.models;

import com.fasterxml.jackson.annotation.JsonValue;
import io.caiman.local.figures.Figures;
import io.caiman.local.figures.TaskFigures;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a search makes as large as it can: a progressive figure over all impressions of all domains it read; of several tasks, the
 * mean of theirs.
 */
enum Objective {
    AUC,
    GAUC;

    @JsonValue
    String cliName() {
        return name().toLowerCase(Locale.ROOT);
    }

    OptionalDouble of(Figures figures) {
        return this == AUC ? figures.auc() : figures.gauc();
    }

    /** The mean over the tasks for which it is defined; empty if it is for none. */
    OptionalDouble mean(List<TaskFigures> tasks) {
        return tasks.stream()
                .map(task -> of(task.figures()))
                .flatMapToDouble(OptionalDouble::stream)
                .average();
    }
}

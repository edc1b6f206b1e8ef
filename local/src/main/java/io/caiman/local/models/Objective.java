package io.caiman.local.models;

import com.fasterxml.jackson.annotation.JsonValue;
import io.caiman.local.figures.Figures;
import java.util.Locale;
import java.util.OptionalDouble;

/** What a search makes as large as it can: a progressive figure over all impressions of all domains it read. */
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
}

package io.caiman.local.figures;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/** Quality on the impressions that have a task's label. */
public record TaskFigures(String task, @JsonUnwrapped Figures figures) {}

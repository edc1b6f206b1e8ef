package io.caiman.local.figures;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/** Quality on one domain. */
public record DomainFigures(String domain, @JsonUnwrapped Figures figures) {}

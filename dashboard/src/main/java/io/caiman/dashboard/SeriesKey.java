package io.caiman.dashboard;

import io.caiman.schemas.avro.DomainMetrics;
import java.util.Optional;

/**
 * What figures are about.
 *
 * @param domain empty: over all domains together
 */
record SeriesKey(String model, String task, Optional<String> domain) {

    static SeriesKey of(DomainMetrics metrics) {
        return new SeriesKey(metrics.getModel(), metrics.getTask(), Optional.ofNullable(metrics.getDomain()));
    }

    boolean isOverall() {
        return domain.isEmpty();
    }
}

package io.caiman.faults;

import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.WindowKind;
import java.util.Optional;

/**
 * What a figure is about.
 *
 * @param domain empty: all domains
 * @param window as published, such as 20s
 * @param end of a rolling window, ms; of no meaning for others, of which only the latest stays
 */
record About(String model, String task, Optional<String> domain, WindowKind kind, String window, long end) {

    static About of(DomainMetrics figures) {
        return new About(
                figures.getModel(),
                figures.getTask(),
                Optional.ofNullable(figures.getDomain()),
                figures.getKind(),
                figures.getWindow(),
                figures.getKind() == WindowKind.ROLLING ? figures.getEndMs() : 0);
    }

    static About of(ModelComparison figures) {
        return new About(
                figures.getModel(),
                figures.getTask(),
                Optional.ofNullable(figures.getDomain()),
                figures.getKind(),
                figures.getWindow(),
                figures.getKind() == WindowKind.ROLLING ? figures.getEndMs() : 0);
    }
}

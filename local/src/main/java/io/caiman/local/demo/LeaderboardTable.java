package io.caiman.local.demo;

import io.caiman.local.demo.Report.Lift;
import io.caiman.local.demo.Report.ModelFigures;
import io.caiman.local.figures.DomainFigures;
import io.caiman.local.figures.FigureText;
import io.caiman.local.figures.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Several models side by side for a terminal: what each is worth on a domain, and how much more than the first. */
final class LeaderboardTable {

    private static final String SIGNIFICANT = "*";

    private LeaderboardTable() {}

    /** The lines of the table, with a legend. */
    static List<String> lines(List<ModelFigures> models) {
        List<String> lines = new ArrayList<>();
        lines.add("%-14s %-24s %11s %8s %8s %8s  %-17s %8s"
                .formatted("domain", "model", "impressions", "AUC", "gAUC", "lift", "95 % interval", "p"));
        ModelFigures first = models.get(0);
        first.domains().stream()
                .sorted(Comparator.comparingLong(
                        (DomainFigures domain) -> -domain.figures().impressions()))
                .forEach(domain -> lines.addAll(block(models, Optional.of(domain.domain()))));
        lines.addAll(block(models, Optional.empty()));
        lines.add("");
        lines.add(
                "lift: percent points of AUC above %s on the impressions that both predicted; %s the interval leaves 0 out"
                        .formatted(first.model(), SIGNIFICANT));
        lines.add("the interval takes a user's impressions as dependent, p (DeLong's test) takes them as independent");
        return lines;
    }

    private static List<String> block(List<ModelFigures> models, Optional<String> domain) {
        List<String> lines = new ArrayList<>();
        for (ModelFigures model : models) {
            String name = lines.isEmpty() ? domain.orElse("all domains") : "";
            Figures figures = figures(model, domain);
            String line = String.format(
                    Locale.ROOT,
                    "%-14s %-24s %,11d %8s %8s %s",
                    name,
                    model.model(),
                    figures.impressions(),
                    FigureText.of(figures.auc(), "%.4f"),
                    FigureText.of(figures.gauc(), "%.4f"),
                    model.lifts().stream()
                            .filter(lift -> lift.domain().equals(domain))
                            .findFirst()
                            .map(LeaderboardTable::lift)
                            .orElse(""));
            lines.add(line.stripTrailing());
        }
        return lines;
    }

    private static Figures figures(ModelFigures model, Optional<String> domain) {
        return domain.isEmpty()
                ? model.overall()
                : model.domains().stream()
                        .filter(own -> own.domain().equals(domain.get()))
                        .map(DomainFigures::figures)
                        .findFirst()
                        .orElse(Figures.NONE);
    }

    private static String lift(Lift lift) {
        if (lift.auc().isEmpty()
                || lift.low().isEmpty()
                || lift.high().isEmpty()
                || lift.pValue().isEmpty()) {
            return "%8s  too little evidence: %s"
                    .formatted(FigureText.UNDEFINED, lift.tooLittle().orElse(""));
        }
        return String.format(
                Locale.ROOT,
                "%+8.2f%1s [%+6.2f, %+6.2f] %9.4f",
                100 * lift.auc().getAsDouble(),
                lift.isSignificant() ? SIGNIFICANT : "",
                100 * lift.low().getAsDouble(),
                100 * lift.high().getAsDouble(),
                lift.pValue().getAsDouble());
    }
}

package io.caiman.local.demo;

import io.caiman.local.demo.Report.ModelFigures;
import io.caiman.local.demo.Report.TaskFigures;
import io.caiman.local.figures.DomainFigures;
import io.caiman.local.figures.FigureText;
import io.caiman.local.figures.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** A report as a table for a terminal. */
final class ReportTable {

    private ReportTable() {}

    static String of(Report report) {
        List<String> lines = new ArrayList<>();
        if (report.tasks().isPresent()) {
            for (TaskFigures task : report.tasks().get()) {
                lines.add((lines.isEmpty() ? "" : System.lineSeparator()) + "task " + task.task());
                lines.addAll(figures(task.overall(), task.domains(), task.models()));
            }
        } else {
            lines.addAll(figures(report.overall(), report.domains(), report.models()));
        }
        report.lastQuarter().ifPresent(quarter -> lines.addAll(lastQuarter(report, quarter)));
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                "%,d impressions, %,d predictions, %,d dead letters in %.1f s: %,.0f impressions/s end to end%s",
                report.impressions(),
                report.predictions(),
                report.deadLetters(),
                report.seconds(),
                report.impressionsPerSecond(),
                report.trainingStepShare().isPresent()
                        ? String.format(
                                Locale.ROOT,
                                ", %.0f %% of the time in the training step",
                                100 * report.trainingStepShare().getAsDouble())
                        : ""));
        if (report.models().isPresent()) {
            report.models().get().forEach(model -> lines.add(model.model() + ": " + health(model.health())));
        } else {
            lines.add(health(report.health()));
        }
        return String.join(System.lineSeparator(), lines);
    }

    /** Of one task: of several models side by side, else of the one. */
    private static List<String> figures(
            Figures overall, List<DomainFigures> domains, Optional<List<ModelFigures>> models) {
        if (models.isPresent()) {
            return LeaderboardTable.lines(models.get());
        }
        List<String> lines = new ArrayList<>();
        lines.add("%-24s %11s %7s %8s %8s %9s %12s"
                .formatted("domain", "impressions", "ctr", "AUC", "gAUC", "log loss", "calibration"));
        domains.stream()
                .sorted(Comparator.comparingLong(
                        (DomainFigures domain) -> -domain.figures().impressions()))
                .forEach(domain -> lines.add(line(domain.domain(), domain.figures())));
        lines.add(line("all domains", overall));
        return lines;
    }

    private static List<String> lastQuarter(Report report, Report.LastQuarter quarter) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("%-24s %11s %8s %8s %26s"
                .formatted(
                        report.models().isPresent() ? "last quarter, " + report.model() : "last quarter",
                        "impressions",
                        "AUC",
                        "oracle",
                        "closed of 0.5 to oracle"));
        for (int i = 0; i < quarter.domains().size(); i++) {
            DomainFigures domain = quarter.domains().get(i);
            lines.add(quarterLine(
                    domain.domain(),
                    domain.figures(),
                    quarter.oracle().domains().get(i).figures()));
        }
        lines.add(quarterLine("all domains", quarter.overall(), quarter.oracle().overall()));
        return lines;
    }

    private static String health(Report.Health health) {
        String skipped = health.skippedSteps() == 0
                ? ""
                : String.format(Locale.ROOT, "; %,d mini-batches skipped as not finite", health.skippedSteps());
        int warnings = health.warnings().size();
        String told = warnings == 0
                ? "nothing looks sick"
                : health.warnings().get(0)
                        + (warnings == 1 ? "" : "; and %d warnings more in the report".formatted(warnings - 1));
        return String.format(Locale.ROOT, "model health at step %,d: %s%s", health.steps(), told, skipped);
    }

    private static String line(String name, Figures figures) {
        OptionalDouble rate = figures.impressions() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) figures.positives() / figures.impressions());
        return String.format(
                Locale.ROOT,
                "%-24s %,11d %7s %8s %8s %9s %12s",
                name,
                figures.impressions(),
                FigureText.of(rate, "%.3f"),
                FigureText.of(figures.auc(), "%.4f"),
                FigureText.of(figures.gauc(), "%.4f"),
                FigureText.of(figures.logLoss(), "%.4f"),
                FigureText.of(figures.calibration(), "%.3f"));
    }

    private static String quarterLine(String name, Figures figures, Figures oracle) {
        OptionalDouble closed = figures.auc().isPresent() && oracle.auc().isPresent()
                ? OptionalDouble.of(
                        (figures.auc().getAsDouble() - 0.5) / (oracle.auc().getAsDouble() - 0.5))
                : OptionalDouble.empty();
        return String.format(
                Locale.ROOT,
                "%-24s %,11d %8s %8s %26s",
                name,
                figures.impressions(),
                FigureText.of(figures.auc(), "%.4f"),
                FigureText.of(oracle.auc(), "%.4f"),
                closed.isPresent()
                        ? String.format(Locale.ROOT, "%.0f %%", 100 * closed.getAsDouble())
                        : FigureText.UNDEFINED);
    }
}

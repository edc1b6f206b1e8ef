package io.caiman.local.compare;

import io.caiman.local.figures.Grid;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report as the paper's tables, for a terminal or in Markdown. */
final class ComparisonTable {

    /** More columns do not fit a terminal; Markdown has them all. */
    private static final int MOST_DOMAINS = 8;
    /** Those of five domains. */
    private static final int MOST_PAIRS = 20;

    private ComparisonTable() {}

    /** For a terminal. */
    static String text(ComparisonReport report) {
        List<String> lines = new ArrayList<>(preface(report));
        for (Grid grid : grids(report, MOST_DOMAINS, MOST_PAIRS)) {
            lines.add("");
            lines.addAll(grid.text());
        }
        lines.add("");
        lines.addAll(legend(report));
        int domains = report.tasks().get(0).domains().size();
        if (domains > MOST_DOMAINS) {
            lines.add(
                    "Shown are the %d largest of %d domains, and the %d pairs with most conflict samples; --markdown and --json have all."
                            .formatted(MOST_DOMAINS, domains, MOST_PAIRS));
        }
        return String.join(System.lineSeparator(), lines);
    }

    /** As a Markdown document, with every domain. */
    static String markdown(ComparisonReport report) {
        List<String> lines = new ArrayList<>(List.of("# Comparison on " + report.dataset(), ""));
        preface(report).forEach(line -> lines.add("- " + line.replace("*", "\\*")));
        for (Grid grid : grids(report, Integer.MAX_VALUE, Integer.MAX_VALUE)) {
            lines.add("");
            lines.addAll(grid.markdown());
        }
        lines.add("");
        legend(report).forEach(line -> lines.add("- " + line.replace("*", "\\*")));
        return String.join("\n", lines) + "\n";
    }

    /** Those of each task. */
    private static List<Grid> grids(ComparisonReport report, int mostDomains, int mostPairs) {
        return report.tasks().stream()
                .flatMap(task -> new ComparisonGrids(report, task, mostDomains, mostPairs).grids().stream())
                .toList();
    }

    private static List<String> preface(ComparisonReport report) {
        ComparisonReport.Log log = report.log();
        List<String> lines = new ArrayList<>();
        lines.add(format(
                "%s, %,d impressions: %,d learned from, %,d scored",
                report.dataset(), log.impressions(), log.learned(), log.scored()));
        lines.add(report.protocol().inWords());
        long runs = (long) report.models().size() * report.seeds().size();
        lines.add(format(
                "%d runs, one for each model and seed, in %.1f s: %,.0f impressions/s over all of them",
                runs, report.seconds(), runs * log.impressions() / report.seconds()));
        if (log.badLines() > 0) {
            lines.add(format("%,d lines of the log are no impressions and were left out", log.badLines()));
        }
        log.refused().forEach((reason, count) -> lines.add(format("%,d impressions refused: %s", count, reason)));
        report.tasks().stream()
                .filter(task -> task.unscored() > 0)
                .forEach(task -> lines.add(format(
                        "%,d scored impressions are left out of all figures of task '%s': a run's logit was not finite there",
                        task.unscored(), task.task())));
        report.models().stream()
                .filter(model -> model.skippedSteps() > 0)
                .forEach(model -> lines.add(format(
                        "model '%s' skipped %,d mini-batches: a loss or gradient was not finite",
                        model.name(), model.skippedSteps())));
        return lines;
    }

    private static List<String> legend(ComparisonReport report) {
        boolean severalSeeds = report.seeds().size() > 1;
        String first = report.models().get(0).name();
        List<String> lines = new ArrayList<>();
        lines.add("Figures are means over the seeds" + (severalSeeds ? ", +- their standard deviation." : "."));
        lines.add("Lift: percent points above %s. RANK: mean rank over the domains, 1 is best.".formatted(first));
        lines.add(
                ("* differs from %s with p < %s, by DeLong's test (AUC) or a bootstrap over users (gAUC) on the scores of"
                                + " seed %d%s.")
                        .formatted(
                                first,
                                ComparisonGrids.SIGNIFICANT,
                                report.seeds().get(0),
                                severalSeeds ? "; 'p over seeds' is a paired t-test over the seeds" : ""));
        lines.add(
                "IA: Information Abundance of the items learned from, mean over embedding sets. Q1 to Q5: that of fifths of"
                        + " the items, from the rarest to the commonest, with how often they were learned from.");
        lines.add(
                report.protocol() instanceof Protocol.Progressive
                        ? "DI AF (Diversity Index) needs scores by frozen weights: --protocol holdout."
                        : "DI AF: Diversity Index (Eq. 1), mean over the pairs of domains that have conflict samples.");
        return lines;
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}

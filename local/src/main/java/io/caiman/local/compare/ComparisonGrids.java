package io.caiman.local.compare;

import io.caiman.local.compare.ComparisonReport.Abundance;
import io.caiman.local.compare.ComparisonReport.AbundanceGroup;
import io.caiman.local.compare.ComparisonReport.Cell;
import io.caiman.local.compare.ComparisonReport.DiversityPair;
import io.caiman.local.compare.ComparisonReport.Domain;
import io.caiman.local.compare.ComparisonReport.Metric;
import io.caiman.local.compare.ComparisonReport.ModelFigures;
import io.caiman.local.compare.ComparisonReport.TaskFigures;
import io.caiman.local.figures.FigureText;
import io.caiman.local.figures.Grid;
import io.caiman.model.evaluation.PairedDifference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A report's figures of a task as grids: scored impressions, AUC, gAUC, representations, and diversity where there is any. */
final class ComparisonGrids {

    /** Differences with a smaller p-value carry a star, as in the paper. */
    static final double SIGNIFICANT = 0.05;

    private static final double SMALLEST_P = 1e-4;

    private final ComparisonReport report;
    private final TaskFigures task;
    private final List<Integer> domains;
    private final List<Integer> pairs;

    /**
     * The grids of a task of a report.
     *
     * @param mostDomains at most: those with the most impressions
     * @param mostPairs of domains at most: those with the most conflict samples
     */
    ComparisonGrids(ComparisonReport report, TaskFigures task, int mostDomains, int mostPairs) {
        this.report = report;
        this.task = task;
        this.domains = largest(task.domains(), Domain::impressions, mostDomains);
        this.pairs = largest(
                task.models().get(0).diversity().map(indices -> indices.pairs()).orElse(List.of()),
                pair -> (long) pair.conflictSamples(),
                mostPairs);
    }

    /** The places of the largest, in their order. */
    private static <T> List<Integer> largest(List<T> all, Function<T, Long> size, int most) {
        Set<Integer> kept = IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparing((Integer place) -> -size.apply(all.get(place))))
                .limit(most)
                .collect(Collectors.toSet());
        return kept.stream().sorted().toList();
    }

    /** All of them, in the order to show. */
    List<Grid> grids() {
        List<Grid> grids = new ArrayList<>();
        grids.add(domainGrid());
        grids.add(metric("AUC", "DeLong", ModelFigures::auc));
        grids.add(metric("gAUC", "bootstrap", ModelFigures::gauc));
        grids.add(representation());
        if (!pairs.isEmpty()) {
            grids.add(diversity());
        }
        return grids;
    }

    /** With several tasks, with the one that the figures are of. */
    private String title(String what) {
        return report.tasks().size() == 1 ? what : "Task %s: %s".formatted(task.task(), what);
    }

    private Grid domainGrid() {
        List<String> header = new ArrayList<>(List.of(""));
        List<String> impressions = new ArrayList<>(List.of("impressions"));
        List<String> positives = new ArrayList<>(List.of("share of positives"));
        for (int place : domains) {
            Domain domain = task.domains().get(place);
            header.add(domain.name());
            impressions.add(format("%,d", domain.impressions()));
            positives.add(
                    domain.impressions() == 0
                            ? FigureText.UNDEFINED
                            : format("%.3f", (double) domain.positives() / domain.impressions()));
        }
        Grid grid = new Grid(title("Scored impressions by domain"), header);
        grid.add(impressions);
        grid.add(positives);
        return grid;
    }

    private boolean severalSeeds() {
        return report.seeds().size() > 1;
    }

    private Grid metric(String name, String test, Function<ModelFigures, Metric> metric) {
        List<String> header = new ArrayList<>(List.of("model"));
        domains.forEach(place -> header.add(task.domains().get(place).name()));
        header.add(Slice.OVERALL);
        if (severalSeeds()) {
            header.add("+-");
        }
        header.addAll(List.of("lift", "RANK", "p " + test));
        if (severalSeeds()) {
            header.add("p over seeds");
        }
        Grid grid = new Grid(title(name), header);
        for (ModelFigures model : task.models()) {
            Metric figures = metric.apply(model);
            Cell overall = figures.overall();
            List<String> row = new ArrayList<>(List.of(model.name()));
            domains.forEach(place -> row.add(cell(figures.domains().get(place))));
            row.add(cell(overall));
            if (severalSeeds()) {
                row.add(FigureText.of(overall.value().standardDeviation(), "%.5f"));
            }
            row.add(FigureText.of(overall.lift(), "%+.2f %%"));
            row.add(FigureText.of(figures.rank(), "%.2f"));
            row.add(p(overall.test()
                    .map(difference -> OptionalDouble.of(difference.pValue()))
                    .orElse(OptionalDouble.empty())));
            if (severalSeeds()) {
                row.add(p(figures.pOverSeeds()));
            }
            grid.add(row);
        }
        return grid;
    }

    private static String cell(Cell cell) {
        return FigureText.of(cell.value().mean(), "%.5f") + (significant(cell.test()) ? "*" : "");
    }

    private static boolean significant(Optional<PairedDifference> test) {
        return test.isPresent() && test.get().pValue() < SIGNIFICANT;
    }

    private Grid representation() {
        List<String> header = new ArrayList<>(List.of("model", "log loss", "calibration", "IA"));
        List<AbundanceGroup> groups = report.models().stream()
                .map(model -> model.itemAbundance().groups())
                .max(Comparator.comparing(List::size))
                .orElse(List.of());
        for (int i = 0; i < groups.size(); i++) {
            AbundanceGroup group = groups.get(i);
            header.add(
                    group.least() == group.most()
                            ? format("Q%d: %,dx", i + 1, group.least())
                            : format("Q%d: %,d-%,dx", i + 1, group.least(), group.most()));
        }
        header.addAll(List.of("DI AF", "IA of each set"));
        Grid grid = new Grid(title("Over all domains; item embeddings; experts"), header);
        for (int i = 0; i < task.models().size(); i++) {
            ModelFigures model = task.models().get(i);
            Abundance abundance = report.models().get(i).itemAbundance();
            List<String> row = new ArrayList<>(List.of(
                    model.name(),
                    FigureText.of(model.logLoss().mean(), "%.4f"),
                    FigureText.of(model.calibration().mean(), "%.3f"),
                    FigureText.of(abundance.mean().mean(), "%.2f")));
            for (int group = 0; group < groups.size(); group++) {
                row.add(
                        group < abundance.groups().size()
                                ? FigureText.of(
                                        abundance
                                                .groups()
                                                .get(group)
                                                .abundance()
                                                .mean(),
                                        "%.2f")
                                : FigureText.UNDEFINED);
            }
            row.add(FigureText.of(
                    model.diversity().map(indices -> indices.mean().mean()).orElse(OptionalDouble.empty()), "%.4f"));
            row.add(abundance.sets().stream()
                    .map(set -> FigureText.of(set.mean(), "%.1f"))
                    .collect(Collectors.joining(" ")));
            grid.add(row);
        }
        return grid;
    }

    private Grid diversity() {
        List<String> header = new ArrayList<>(List.of("liked in > disliked in", "conflict samples"));
        report.models().forEach(model -> header.add(model.name()));
        Grid grid = new Grid(
                title("Diversity Index AF of pairs of domains, by conflict on " + report.conflictOn()), header);
        for (int place : pairs) {
            List<DiversityPair> byModel = task.models().stream()
                    .flatMap(model -> model.diversity().stream())
                    .map(indices -> indices.pairs().get(place))
                    .toList();
            DiversityPair any = byModel.get(0);
            List<String> row = new ArrayList<>(
                    List.of(any.positive() + " > " + any.negative(), format("%,d", any.conflictSamples())));
            byModel.forEach(pair -> row.add(FigureText.of(pair.index().mean(), "%.4f")));
            grid.add(row);
        }
        return grid;
    }

    private static String p(OptionalDouble value) {
        if (value.isEmpty()) {
            return FigureText.UNDEFINED;
        }
        String star = value.getAsDouble() < SIGNIFICANT ? "*" : "";
        return (value.getAsDouble() < SMALLEST_P ? "<0.0001" : FigureText.of(value, "%.4f")) + star;
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}

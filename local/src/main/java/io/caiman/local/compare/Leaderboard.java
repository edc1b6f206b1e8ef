package io.caiman.local.compare;

import io.caiman.local.compare.ComparisonReport.Abundance;
import io.caiman.local.compare.ComparisonReport.AbundanceGroup;
import io.caiman.local.compare.ComparisonReport.Cell;
import io.caiman.local.compare.ComparisonReport.DiversityIndices;
import io.caiman.local.compare.ComparisonReport.DiversityPair;
import io.caiman.local.compare.ComparisonReport.Domain;
import io.caiman.local.compare.ComparisonReport.Metric;
import io.caiman.local.compare.ComparisonReport.Model;
import io.caiman.local.compare.ComparisonReport.ModelFigures;
import io.caiman.local.compare.ComparisonReport.TaskFigures;
import io.caiman.local.figures.Figures;
import io.caiman.model.evaluation.ClusterBootstrap;
import io.caiman.model.evaluation.DeLong;
import io.caiman.model.evaluation.DomainRanks;
import io.caiman.model.evaluation.PairedDifference;
import io.caiman.model.evaluation.PairedRuns;
import io.caiman.model.spec.SpecReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Turns the runs' scores of a task into figures: means over seeds, lifts, ranks and tests against the first model. */
final class Leaderboard {

    private static final int RESAMPLES = 1000;
    private static final long BOOTSTRAP_SEED = 1;

    private final CompareOptions options;
    private final Comparison.Outcome outcome;
    private final int task;
    private final List<Slice> slices;
    /** {@code [models][seeds][slices]}. */
    private final List<List<List<Figures>>> figures;

    private Leaderboard(CompareOptions options, Comparison.Outcome outcome, int task) {
        this.options = options;
        this.outcome = outcome;
        this.task = task;
        this.slices = Slice.of(
                outcome.impressions(),
                outcome.runs().stream().flatMap(List::stream).toList(),
                task);
        this.figures = outcome.runs().parallelStream()
                .map(seeds -> seeds.parallelStream().map(this::bySlice).toList())
                .toList();
    }

    private List<Figures> bySlice(Run run) {
        return slices.stream().map(slice -> slice.figures(run)).toList();
    }

    /**
     * The report of a comparison.
     *
     * @param seconds it took
     */
    static ComparisonReport report(CompareOptions options, Comparison.Outcome outcome, double seconds) {
        List<Model> models = new ArrayList<>();
        for (int model = 0; model < options.candidates().size(); model++) {
            Candidate candidate = options.candidates().get(model);
            List<Run> seeds = outcome.runs().get(model);
            models.add(new Model(
                    candidate.spec().name(),
                    candidate.file().toString(),
                    SpecReader.write(
                            candidate.spec().withSeed(options.seedList().get(0))),
                    seeds.stream().mapToLong(Run::skippedSteps).sum(),
                    abundance(seeds, outcome.items())));
        }
        List<TaskFigures> tasks = IntStream.range(
                        0, outcome.impressions().tasks().size())
                .mapToObj(task -> new Leaderboard(options, outcome, task).figures())
                .toList();
        return new ComparisonReport(
                options.dataset().cliName(),
                options.protocol(),
                options.seedList(),
                options.conflictOn(),
                outcome.log(),
                seconds,
                models,
                tasks);
    }

    private TaskFigures figures() {
        List<Metric> auc =
                metric(Figures::auc, (slice, first, second) -> DeLong.compare(first, second, slice.labels()));
        List<Metric> gauc = metric(
                Figures::gauc,
                (slice, first, second) ->
                        ClusterBootstrap.gauc(slice.users(), first, second, slice.labels(), RESAMPLES, BOOTSTRAP_SEED));
        List<Optional<DiversityIndices>> diversity = diversity();
        int overall = slices.size() - 1;
        List<ModelFigures> models = IntStream.range(0, figures.size())
                .mapToObj(model -> new ModelFigures(
                        options.candidates().get(model).spec().name(),
                        auc.get(model),
                        gauc.get(model),
                        overSeeds(model, overall, Figures::logLoss),
                        overSeeds(model, overall, Figures::calibration),
                        diversity.get(model)))
                .toList();
        ScoredImpressions scored = outcome.impressions();
        long labelled = IntStream.range(0, scored.size())
                .filter(impression -> scored.isLabelled(impression, task))
                .count();
        return new TaskFigures(
                scored.tasks().get(task), labelled - slices.get(overall).places().length, domains(), models);
    }

    private List<Domain> domains() {
        List<Domain> domains = new ArrayList<>();
        for (int slice = 0; slice < slices.size() - 1; slice++) {
            Figures any = figures.get(0).get(0).get(slice);
            domains.add(new Domain(slices.get(slice).name(), any.impressions(), any.positives()));
        }
        return domains;
    }

    private interface Test {
        Optional<PairedDifference> compare(Slice slice, double[] first, double[] second);
    }

    private OverSeeds overSeeds(int model, int slice, Function<Figures, OptionalDouble> metric) {
        return OverSeeds.of(figures.get(model).stream()
                .map(ofSeed -> metric.apply(ofSeed.get(slice)))
                .toList());
    }

    private List<Metric> metric(Function<Figures, OptionalDouble> metric, Test test) {
        List<List<OverSeeds>> values = IntStream.range(0, figures.size())
                .mapToObj(model -> IntStream.range(0, slices.size())
                        .mapToObj(slice -> overSeeds(model, slice, metric))
                        .toList())
                .toList();
        int domains = slices.size() - 1;
        List<OptionalDouble> ranks = DomainRanks.mean(values.stream()
                .map(ofModel -> ofModel.subList(0, domains).stream()
                        .map(OverSeeds::mean)
                        .toList())
                .toList());
        List<Metric> metrics = new ArrayList<>();
        for (int model = 0; model < values.size(); model++) {
            List<Cell> cells = new ArrayList<>();
            for (int slice = 0; slice < slices.size(); slice++) {
                cells.add(cell(
                        model,
                        slice,
                        values.get(model).get(slice),
                        values.get(0).get(slice),
                        test));
            }
            metrics.add(new Metric(
                    cells.subList(0, domains),
                    cells.get(domains),
                    ranks.get(model),
                    model == 0
                            ? OptionalDouble.empty()
                            : pOverSeeds(
                                    values.get(0).get(domains),
                                    values.get(model).get(domains))));
        }
        return metrics;
    }

    private Cell cell(int model, int slice, OverSeeds value, OverSeeds first, Test test) {
        String name = slices.get(slice).name();
        if (model == 0) {
            return new Cell(name, value, OptionalDouble.empty(), Optional.empty());
        }
        OptionalDouble lift = value.mean().isPresent() && first.mean().isPresent()
                ? OptionalDouble.of(
                        100 * (value.mean().getAsDouble() - first.mean().getAsDouble()))
                : OptionalDouble.empty();
        Slice on = slices.get(slice);
        return new Cell(
                name,
                value,
                lift,
                test.compare(
                        on,
                        on.scores(outcome.runs().get(0).get(0)),
                        on.scores(outcome.runs().get(model).get(0))));
    }

    private static OptionalDouble pOverSeeds(OverSeeds first, OverSeeds other) {
        return first.bySeed().size() == other.bySeed().size()
                ? PairedRuns.tTest(first.toArray(), other.toArray())
                : OptionalDouble.empty();
    }

    private static Abundance abundance(List<Run> seeds, RankedItems items) {
        List<OverSeeds> sets = overSeeds(seeds, run -> run.abundance().sets());
        List<OverSeeds> byGroup = overSeeds(seeds, run -> run.abundance().groups());
        List<AbundanceGroup> groups = new ArrayList<>();
        for (int group = 0; group < byGroup.size(); group++) {
            int from = items.start(group);
            int to = items.start(group + 1);
            if (to > from) {
                groups.add(new AbundanceGroup(
                        to - from, items.counts()[from], items.counts()[to - 1], byGroup.get(group)));
            }
        }
        return new Abundance(
                OverSeeds.of(seeds.stream().map(run -> run.abundance().mean()).toList()), sets, groups);
    }

    /** Of figures that every run has as many of, each over the seeds. */
    private static List<OverSeeds> overSeeds(List<Run> seeds, Function<Run, List<OptionalDouble>> figures) {
        List<List<OptionalDouble>> bySeed = seeds.stream().map(figures).toList();
        return IntStream.range(0, bySeed.get(0).size())
                .mapToObj(i -> OverSeeds.of(
                        bySeed.stream().map(ofSeed -> ofSeed.get(i)).toList()))
                .toList();
    }

    /** Of each model; empty where nothing was scored with frozen weights. */
    private List<Optional<DiversityIndices>> diversity() {
        if (options.protocol() instanceof Protocol.Progressive) {
            return outcome.runs().stream()
                    .map(seeds -> Optional.<DiversityIndices>empty())
                    .toList();
        }
        Diversity diversity = new Diversity(outcome.impressions(), slices.get(slices.size() - 1));
        return outcome.runs().stream()
                .map(seeds -> Optional.of(diversity(diversity, seeds)))
                .toList();
    }

    private static DiversityIndices diversity(Diversity diversity, List<Run> seeds) {
        List<List<OptionalDouble>> bySeed = seeds.stream().map(diversity::of).toList();
        List<DiversityPair> pairs = new ArrayList<>();
        for (int i = 0; i < diversity.pairs().size(); i++) {
            int place = i;
            Diversity.Pair pair = diversity.pairs().get(i);
            pairs.add(new DiversityPair(
                    pair.positive(),
                    pair.negative(),
                    pair.conflictSamples().length,
                    OverSeeds.of(
                            bySeed.stream().map(ofSeed -> ofSeed.get(place)).toList())));
        }
        return new DiversityIndices(
                OverSeeds.of(bySeed.stream()
                        .map(ofSeed -> ofSeed.stream()
                                .filter(OptionalDouble::isPresent)
                                .mapToDouble(OptionalDouble::getAsDouble)
                                .average())
                        .toList()),
                pairs);
    }
}

package io.caiman.local.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.local.compare.ComparisonReport.Cell;
import io.caiman.local.compare.ComparisonReport.ModelFigures;
import io.caiman.local.compare.ComparisonReport.TaskFigures;
import io.caiman.model.evaluation.ClusterBootstrap;
import io.caiman.model.evaluation.DeLong;
import io.caiman.model.evaluation.PairedDifference;
import io.caiman.model.evaluation.PairedRuns;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Made-up scores of two models with three seeds: the first knows little, the second more. */
class LeaderboardTest {

    private static final double ROUNDING = 1e-12;
    private static final int COUNT = 600;
    private static final int EXPERTS = 2;
    /** No impression is of the last domain. */
    private static final List<String> DOMAINS = List.of("0", "1", "2");

    private final Random random = new Random(11);
    private final List<Impression> impressions = impressions();
    private final int[] users = impressions.stream()
            .mapToInt(each -> Integer.parseInt(each.getUser()))
            .toArray();
    private final boolean[] labels = labels();
    private final List<List<Run>> runs = List.of(runs(0.3), runs(1.2));

    private List<Impression> impressions() {
        List<Impression> made = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            made.add(Impression.newBuilder()
                    .setId("" + i)
                    .setEventTimeMs(i)
                    .setUser("" + random.nextInt(12))
                    .setItem("" + random.nextInt(6))
                    .setDomain(DOMAINS.get(random.nextInt(2)))
                    .setSlots(List.of())
                    .setLabels(Map.of("click", random.nextBoolean()))
                    .build());
        }
        return made;
    }

    private boolean[] labels() {
        boolean[] made = new boolean[COUNT];
        for (int i = 0; i < COUNT; i++) {
            made[i] = impressions.get(i).getLabels().getOrDefault("click", false);
        }
        return made;
    }

    private List<Run> runs(double skill) {
        List<Run> made = new ArrayList<>();
        for (int seed = 0; seed < 3; seed++) {
            double[] scores = new double[COUNT];
            float[] norms = new float[COUNT * EXPERTS];
            for (int i = 0; i < COUNT; i++) {
                scores[i] = 1 / (1 + Math.exp(-(labels[i] ? skill : 0) - random.nextGaussian()));
                for (int expert = 0; expert < EXPERTS; expert++) {
                    norms[i * EXPERTS + expert] = random.nextFloat();
                }
            }
            double abundance = 10 * skill + seed;
            made.add(new Run(
                    1,
                    scores,
                    norms,
                    3,
                    new ItemAbundance(
                            List.of(OptionalDouble.of(abundance), OptionalDouble.of(abundance + 2)),
                            List.of(
                                    OptionalDouble.empty(),
                                    OptionalDouble.of(1),
                                    OptionalDouble.of(2),
                                    OptionalDouble.of(3),
                                    OptionalDouble.of(4)))));
        }
        return made;
    }

    private ComparisonReport report(Protocol protocol) {
        return report(protocol, impressions, runs, "click");
    }

    /** Those of the one task. */
    private TaskFigures task(Protocol protocol) {
        return report(protocol).tasks().get(0);
    }

    private static ComparisonReport report(
            Protocol protocol, List<Impression> impressions, List<List<Run>> runs, String... tasks) {
        ScoredImpressions scored = new ScoredImpressions(DOMAINS, List.of(tasks), CompareOptions.ITEM);
        for (int i = 0; i < COUNT; i++) {
            scored.add(impressions.get(i), Integer.parseInt(impressions.get(i).getItem()));
        }
        CompareOptions options = new CompareOptions(
                Dataset.SYNTHETIC,
                DatasetOptions.ofSynthetic(),
                List.of(Logs.candidate("first", 10), Logs.candidate("second", 10)),
                3,
                protocol,
                CompareOptions.ITEM,
                1,
                ComputeDevice.CPU);
        return Leaderboard.report(
                options,
                new Comparison.Outcome(
                        scored,
                        runs,
                        new RankedItems(new long[7], new int[] {1, 1, 2, 3, 5, 8, 13}),
                        new ComparisonReport.Log(COUNT + 3, 0, COUNT, 2, Map.of("no label", 3L))),
                8);
    }

    private double auc(Run run, IntPredicate wanted) {
        double won = 0;
        long pairs = 0;
        for (int i = 0; i < COUNT; i++) {
            for (int j = 0; j < COUNT; j++) {
                if (wanted.test(i) && wanted.test(j) && labels[i] && !labels[j]) {
                    won += run.scores()[i] > run.scores()[j] ? 1 : run.scores()[i] == run.scores()[j] ? 0.5 : 0;
                    pairs++;
                }
            }
        }
        return won / pairs;
    }

    private double[] aucOfSeeds(int model, IntPredicate wanted) {
        return runs.get(model).stream().mapToDouble(run -> auc(run, wanted)).toArray();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    @Test
    void figures_are_means_and_deviations_over_the_seeds() {
        ModelFigures first = task(Protocol.Progressive.WHOLE).models().get(0);
        double[] auc = aucOfSeeds(0, i -> true);
        double variance =
                Arrays.stream(auc).map(value -> Math.pow(value - mean(auc), 2)).sum() / 2;

        OverSeeds overall = first.auc().overall().value();

        assertThat(overall.mean().orElseThrow()).isCloseTo(mean(auc), within(ROUNDING));
        assertThat(overall.standardDeviation().orElseThrow()).isCloseTo(Math.sqrt(variance), within(ROUNDING));
        for (int domain = 0; domain < 2; domain++) {
            String name = DOMAINS.get(domain);
            assertThat(first.auc().domains().get(domain).value().mean().orElseThrow())
                    .isCloseTo(
                            mean(aucOfSeeds(
                                    0, i -> impressions.get(i).getDomain().equals(name))),
                            within(ROUNDING));
        }
        ComparisonReport.Abundance abundance =
                report(Protocol.Progressive.WHOLE).models().get(0).itemAbundance();
        assertThat(abundance.mean().mean().orElseThrow()).isCloseTo(3 + 1 + 1, within(ROUNDING));
        assertThat(abundance.sets().get(1).bySeed())
                .hasSize(3)
                .first()
                .satisfies(value -> assertThat(value).isCloseTo(3 + 2, within(ROUNDING)));
    }

    @Test
    void the_second_model_is_tested_against_the_first() {
        ModelFigures second = task(Protocol.Progressive.WHOLE).models().get(1);
        double[] firstSeeds = aucOfSeeds(0, i -> true);
        double[] secondSeeds = aucOfSeeds(1, i -> true);
        double[] firstScores = runs.get(0).get(0).scores();
        double[] secondScores = runs.get(1).get(0).scores();

        Cell auc = second.auc().overall();
        assertThat(auc.lift().orElseThrow())
                .isCloseTo(100 * (mean(secondSeeds) - mean(firstSeeds)), within(100 * ROUNDING));
        assertThat(auc.test()).isEqualTo(DeLong.compare(firstScores, secondScores, labels));
        assertThat(auc.test().map(PairedDifference::pValue).orElseThrow()).isLessThan(0.05);
        assertThat(second.auc().pOverSeeds()).isEqualTo(PairedRuns.tTest(firstSeeds, secondSeeds));
        assertThat(second.auc().rank()).hasValue(1);
        // Users are numbered as they come: the draws meet other users, the models' own figures are the same.
        PairedDifference gauc = second.gauc().overall().test().orElseThrow();
        PairedDifference expected = ClusterBootstrap.gauc(users, firstScores, secondScores, labels, 1000, 1)
                .orElseThrow();
        assertThat(gauc.first()).isCloseTo(expected.first(), within(ROUNDING));
        assertThat(gauc.second()).isCloseTo(expected.second(), within(ROUNDING));
        assertThat(gauc.standardError()).isCloseTo(expected.standardError(), within(0.2 * expected.standardError()));
    }

    @Test
    void the_first_model_is_tested_against_nothing() {
        ModelFigures first = task(Protocol.Progressive.WHOLE).models().get(0);

        assertThat(first.auc().overall().lift()).isEmpty();
        assertThat(first.auc().overall().test()).isEmpty();
        assertThat(first.gauc().pOverSeeds()).isEmpty();
        assertThat(first.auc().rank()).hasValue(2);
    }

    @Test
    void an_impression_that_any_run_could_not_score_is_left_out_for_all() {
        List<Integer> lost = List.of(7, 300);
        lost.forEach(i -> runs.get(1).get(2).scores()[i] = Double.NaN);

        TaskFigures task = task(new Protocol.TrainFraction(0.5));

        assertThat(task.unscored()).isEqualTo(2);
        assertThat(task.domains().stream()
                        .mapToLong(ComparisonReport.Domain::impressions)
                        .sum())
                .isEqualTo(COUNT - 2);
        assertThat(task.models().get(0).auc().overall().value().mean().orElseThrow())
                .isCloseTo(mean(aucOfSeeds(0, i -> !lost.contains(i))), within(ROUNDING));
        assertThat(task.models().get(0).diversity()).isPresent();
    }

    @Test
    void diversity_is_that_of_the_conflicts_between_each_pair_of_domains() {
        ComparisonReport.DiversityIndices diversity = task(new Protocol.TrainFraction(0.5))
                .models()
                .get(1)
                .diversity()
                .orElseThrow();
        Run run = runs.get(1).get(0);
        float[] sorted = run.expertNorms().clone();
        Arrays.sort(sorted);
        float large = sorted[sorted.length * 3 / 4 - 1];
        float small = sorted[sorted.length / 4 - 1];
        int[] conflicts = IntStream.range(0, COUNT)
                .filter(i -> !impressions.get(i).getDomain().equals("2") && balance(i, "0") > 0 && balance(i, "1") < 0)
                .toArray();
        long diverse = Arrays.stream(conflicts)
                .filter(i -> Math.max(run.expertNorms()[2 * i], run.expertNorms()[2 * i + 1]) >= large
                        && Math.min(run.expertNorms()[2 * i], run.expertNorms()[2 * i + 1]) <= small)
                .count();

        ComparisonReport.DiversityPair pair = diversity.pairs().get(0);

        assertThat(conflicts).isNotEmpty();
        assertThat(pair.positive() + pair.negative()).isEqualTo("01");
        assertThat(pair.conflictSamples()).isEqualTo(conflicts.length);
        assertThat(pair.index().bySeed().get(0)).isEqualTo((double) diverse / conflicts.length);
        assertThat(diversity.pairs()).hasSize(6);
        assertThat(diversity.pairs().get(1).index()).isEqualTo(OverSeeds.UNDEFINED);
        assertThat(diversity.mean().bySeed().get(0))
                .isCloseTo(
                        (pair.index().bySeed().get(0)
                                        + diversity
                                                .pairs()
                                                .get(2)
                                                .index()
                                                .bySeed()
                                                .get(0))
                                / 2,
                        within(ROUNDING));
    }

    @Test
    void each_task_has_figures_of_its_own_over_the_impressions_that_have_its_label() {
        List<Impression> both = new ArrayList<>();
        List<List<Run>> ofBoth = new ArrayList<>();
        double[][] likeScores = new double[2][COUNT];
        for (int i = 0; i < COUNT; i++) {
            boolean like = random.nextBoolean();
            both.add(
                    i % 3 == 0
                            ? impressions.get(i)
                            : Logs.withLabels(impressions.get(i), Map.of("click", labels[i], "like", like)));
        }
        for (int model = 0; model < 2; model++) {
            double[] own = likeScores[model];
            Arrays.setAll(own, i -> random.nextDouble());
            ofBoth.add(runs.get(model).stream()
                    .map(run -> {
                        double[] scores = new double[2 * COUNT];
                        for (int i = 0; i < COUNT; i++) {
                            scores[2 * i] = run.scores()[i];
                            scores[2 * i + 1] = own[i];
                        }
                        return new Run(2, scores, run.expertNorms(), 0, run.abundance());
                    })
                    .toList());
        }
        ofBoth.get(1).get(2).scores()[2 * 7 + 1] = Double.NaN;
        List<Integer> liked = IntStream.range(0, COUNT)
                .filter(i -> i % 3 != 0 && i != 7)
                .boxed()
                .toList();
        boolean[] likes = new boolean[liked.size()];
        double[][] kept = new double[2][liked.size()];
        for (int i = 0; i < likes.length; i++) {
            likes[i] = both.get(liked.get(i)).getLabels().getOrDefault("like", false);
            kept[0][i] = likeScores[0][liked.get(i)];
            kept[1][i] = likeScores[1][liked.get(i)];
        }

        ComparisonReport report = report(new Protocol.TrainFraction(0.5), both, ofBoth, "click", "like");

        assertThat(report.tasks()).extracting(TaskFigures::task).containsExactly("click", "like");
        assertThat(report.tasks()).extracting(TaskFigures::unscored).containsExactly(0L, 1L);
        assertThat(report.tasks().get(0)).usingRecursiveComparison().isEqualTo(task(new Protocol.TrainFraction(0.5)));
        TaskFigures like = report.tasks().get(1);
        assertThat(like.domains().stream()
                        .mapToLong(ComparisonReport.Domain::impressions)
                        .sum())
                .isEqualTo(liked.size());
        assertThat(like.models().get(1).auc().overall().test()).isEqualTo(DeLong.compare(kept[0], kept[1], likes));
        assertThat(ComparisonTable.text(report))
                .contains(
                        "Task click: AUC",
                        "Task like: gAUC",
                        "1 scored impressions are left out of all figures of task 'like'");
        assertThat(ComparisonTable.markdown(report)).contains("## Task like: AUC");
    }

    /** True minus false labels of this impression's user and item in a domain. */
    private int balance(int impression, String domain) {
        Impression like = impressions.get(impression);
        return IntStream.range(0, COUNT)
                .filter(i -> impressions.get(i).getUser().equals(like.getUser())
                        && impressions.get(i).getItem().equals(like.getItem())
                        && impressions.get(i).getDomain().equals(domain))
                .map(i -> labels[i] ? 1 : -1)
                .sum();
    }

    @Test
    void the_table_has_the_figures_and_stars_what_is_significant() {
        ComparisonReport report = report(new Protocol.TrainFraction(0.5));
        String auc = String.format(
                Locale.ROOT,
                "%.5f*",
                report.tasks()
                        .get(0)
                        .models()
                        .get(1)
                        .auc()
                        .overall()
                        .value()
                        .mean()
                        .orElseThrow());

        String text = ComparisonTable.text(report);
        String markdown = ComparisonTable.markdown(report);

        assertThat(text)
                .contains("603 impressions", "3 impressions refused: no label", "2 lines of the log", "6 runs")
                .contains("model 'first' skipped 9 mini-batches")
                .contains("RANK", "p DeLong", "p over seeds", "DI AF", "Q5: 8-13x", "0 > 1")
                .contains(auc);
        assertThat(markdown).contains("## AUC", "| first |", auc.replace("*", "\\*"), "| ---: |");
        String firstRow = text.lines()
                .filter(line -> line.startsWith("first"))
                .findFirst()
                .orElseThrow();
        assertThat(firstRow).doesNotContain("*");
        // No impression of domain 2: undefined, not 0 or a half.
        assertThat(firstRow).matches("first +0[.]\\d+ +0[.]\\d+ +- .*");
    }

    @Test
    void the_json_has_everything_and_leaves_out_what_is_undefined(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("report.json");
        report(new Protocol.TrainFraction(0.5)).write(file);

        JsonNode json = new ObjectMapper().readTree(file.toFile());

        assertThat(json.at("/protocol/kind").asText()).isEqualTo("train-fraction");
        assertThat(json.at("/protocol/trainFraction").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/seeds").size()).isEqualTo(3);
        assertThat(json.at("/log/refused/no label").asInt()).isEqualTo(3);
        assertThat(json.at("/models/1/spec").asText()).contains("seed: 1");
        assertThat(json.at("/tasks/0/task").asText()).isEqualTo("click");
        JsonNode second = json.at("/tasks/0/models/1");
        assertThat(second.at("/name").asText()).isEqualTo("second");
        assertThat(second.at("/auc/overall/bySeed").size()).isEqualTo(3);
        assertThat(second.at("/auc/overall/test/pValue").isNumber()).isTrue();
        assertThat(second.at("/gauc/domains/0/test/low").isNumber()).isTrue();
        assertThat(second.at("/auc/domains/2").properties())
                .as("a domain without impressions")
                .extracting(Map.Entry::getKey)
                .containsExactly("name");
        assertThat(json.at("/tasks/0/models/0/auc").has("pOverSeeds")).isFalse();
        assertThat(json.at("/models/1/itemAbundance/groups/1/abundance/mean").asDouble())
                .isEqualTo(1);
        assertThat(json.at("/models/1/itemAbundance/groups/0/abundance").isEmpty())
                .isTrue();
        assertThat(second.at("/diversity/pairs").size()).isEqualTo(6);
    }
}

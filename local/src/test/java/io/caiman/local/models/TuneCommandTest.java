package io.caiman.local.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.local.models.Commands.Result;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuneCommandTest {

    private static final int RATINGS = 1_500;

    @TempDir
    Path directory;

    private Path base = Path.of("");
    private Path log = Path.of("");

    @BeforeEach
    void writeBaseAndLog() throws IOException {
        base = Files.writeString(directory.resolve("base.yaml"), """
                name: base
                task: like
                domains: [Drama, Comedy]
                features: [user, item, domain]
                embedding: {dimension: 4}
                experts: {count: 2, layers: [8]}
                batch: {size: 32}
                """);
        log = movieLens("log", RATINGS, false);
    }

    /** Ratings by rule, each user liking the movies of some sort; after the first 40 % they may be the other way round. */
    private Path movieLens(String name, int count, boolean otherEnd) throws IOException {
        Path folder = Files.createDirectories(directory.resolve(name));
        List<String> movies = new ArrayList<>(List.of("movieId,title,genres"));
        for (int movie = 1; movie <= 40; movie++) {
            movies.add("%d,Movie %d (1999),%s".formatted(movie, movie, movie % 2 == 0 ? "Drama" : "Comedy"));
        }
        List<String> ratings = new ArrayList<>(List.of("userId,movieId,rating,timestamp"));
        SplittableRandom random = new SplittableRandom(1);
        for (int rating = 0; rating < count; rating++) {
            int user = 1 + random.nextInt(30);
            int movie = 1 + random.nextInt(40);
            boolean likes = movie % 3 == 0 ^ random.nextInt(10) == 0;
            boolean other = otherEnd && rating >= 0.4 * count;
            ratings.add("%d,%d,%s,%d".formatted(user, movie, likes ^ other ? "5.0" : "1.0", 1_000_000_000 + rating));
        }
        Files.write(folder.resolve("movies.csv"), movies);
        Files.write(folder.resolve("ratings.csv"), ratings);
        return folder;
    }

    private Result tune(Path data, Path out, Object... more) {
        return tuneFirst(0.4, data, out, more);
    }

    private static Result tuneFirst(double fraction, Path data, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of(
                "--dataset",
                "movielens",
                "--data",
                data,
                "--tune-fraction",
                fraction,
                "--out",
                out,
                "--device",
                "cpu"));
        arguments.addAll(List.of(more));
        return Commands.execute(new TuneCommand(), arguments.toArray());
    }

    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> listed = Files.list(folder)) {
            for (Path file : listed.toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }

    @Test
    void the_same_seed_gives_the_same_files_whatever_the_threads_and_another_seed_others() throws IOException {
        Path once = directory.resolve("once");
        Path again = directory.resolve("again");
        Path other = directory.resolve("other");
        List<Object> search = List.of("--networks", "mmoe,star", "--base", base, "--trials", 3);

        Result result = tune(log, once, with(search, "--threads", 1));
        tune(log, again, with(search, "--threads", 3));
        tune(log, other, with(search, "--search-seed", 2));

        assertThat(result.error()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.output()).contains("mmoe", "star", "by auc on the first 40.0 % of the log");
        assertThat(files(once)).containsOnlyKeys("mmoe.yaml", "star.yaml", "trials.json", "trials.md");
        assertThat(files(again)).isEqualTo(files(once));
        assertThat(files(other).get("mmoe.yaml")).isNotEqualTo(files(once).get("mmoe.yaml"));
    }

    private static Object[] with(List<Object> arguments, Object... more) {
        List<Object> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        return all.toArray();
    }

    @Test
    void nothing_after_the_fraction_makes_a_difference() throws IOException {
        Path out = directory.resolve("out");
        Path changed = directory.resolve("changed");
        Path all = directory.resolve("all");
        Path otherEnd = movieLens("other-end", RATINGS, true);
        Object[] search = {"--networks", "mlp", "--base", base, "--trials", 2};

        tune(log, out, search);
        tune(otherEnd, changed, search);
        tuneFirst(0.6, otherEnd, all, search);

        assertThat(files(changed)).isEqualTo(files(out));
        assertThat(files(all).get("trials.json")).isNotEqualTo(files(out).get("trials.json"));
    }

    @Test
    void a_model_s_trials_do_not_depend_on_the_others() throws IOException {
        Path alone = directory.resolve("alone");
        Path together = directory.resolve("together");

        tune(log, alone, "--networks", "deepfm", "--base", base, "--trials", 2);
        tune(log, together, "--networks", "star,lr,deepfm", "--base", base, "--trials", 2);

        assertThat(files(together).get("deepfm.yaml")).isEqualTo(files(alone).get("deepfm.yaml"));
        ObjectMapper json = new ObjectMapper();
        assertThat(json.readTree(files(together).get("trials.json")).at("/models/2"))
                .isEqualTo(json.readTree(files(alone).get("trials.json")).at("/models/0"));
    }

    @Test
    void a_learning_rate_that_is_far_too_large_is_not_chosen() throws IOException {
        Path space = Files.writeString(directory.resolve("space.yaml"), """
                shared:
                  batch.size: {choice: [8]}
                  row-optimizer.learning-rate: {choice: [0.3]}
                  dense-optimizer.learning-rate: {choice: [0.01, 100.0]}
                """);
        Path longer = movieLens("longer", 4_000, false);
        Path out = directory.resolve("out");

        Result result =
                tune(longer, out, "--networks", "mlp,star,mmoe", "--base", base, "--trials", 6, "--space", space);

        assertThat(result.exitCode()).isZero();
        JsonNode report = new ObjectMapper().readTree(out.resolve("trials.json").toFile());
        assertThat(report.findValues("dense-optimizer.learning-rate").stream().map(JsonNode::asDouble))
                .contains(0.01, 100.0);
        for (String network : List.of("mlp", "star", "mmoe")) {
            ModelSpec best = SpecReader.read(out.resolve(network + ".yaml"));
            assertThat(best.denseOptimizer().learningRate()).as(network).isEqualTo(0.01f);
            assertThat(best.name()).isEqualTo(network);
        }
    }

    @Test
    void the_best_trial_has_the_largest_objective_and_its_values_are_in_the_spec() throws IOException {
        Path out = directory.resolve("out");

        tune(log, out, "--networks", "crocodile", "--base", base, "--trials", 4, "--objective", "gauc");

        JsonNode model =
                new ObjectMapper().readTree(out.resolve("trials.json").toFile()).at("/models/0");
        List<JsonNode> trials = new ArrayList<>();
        model.get("trials").forEach(trials::add);
        assertThat(trials).hasSize(4);
        JsonNode best = trials.get(model.get("best").asInt() - 1);
        assertThat(trials)
                .allSatisfy(trial -> assertThat(best.at("/tasks/0/gauc").asDouble())
                        .isGreaterThanOrEqualTo(trial.at("/tasks/0/gauc").asDouble()));
        assertThat(best.at("/tasks/0/impressions").asInt()).isEqualTo((int) (0.4 * RATINGS));
        ModelSpec spec = SpecReader.read(out.resolve("crocodile.yaml"));
        assertThat(spec.experts().count())
                .isEqualTo(best.at("/values/experts.count").asInt());
        assertThat(spec.loss().disentanglingWeight())
                .isEqualTo((float) best.at("/values/loss.disentangling-weight").asDouble());
        assertThat(Files.readString(out.resolve("trials.md"))).contains("## crocodile", "(best)", "experts.count");
    }

    /** The second task's label is the opposite of the first's, and a third of the impressions lack it; the third's is never true. */
    @Test
    void with_several_tasks_the_best_trial_has_the_largest_mean_over_those_that_have_a_figure() throws IOException {
        Path layout = Files.writeString(directory.resolve("layout.yaml"), """
                files: [log.csv]
                separator: ","
                user: user
                item: item
                domain: domain
                time: {column: time, unit: ms}
                labels: {like: like, skip: skip, hate: hate}
                """);
        StringBuilder lines = new StringBuilder("user,item,domain,time,like,skip,hate\n");
        SplittableRandom random = new SplittableRandom(2);
        for (int line = 0; line < RATINGS; line++) {
            int item = random.nextInt(40);
            int like = item % 3 == 0 ^ random.nextInt(10) == 0 ? 1 : 0;
            String skip = line % 3 == 0 ? "" : String.valueOf(1 - like);
            lines.append("%d,%d,%s,%d,%d,%s,0%n"
                    .formatted(random.nextInt(30), item, item % 2 == 0 ? "Drama" : "Comedy", 1 + line, like, skip));
        }
        Path data = Files.createDirectories(directory.resolve("own"));
        Files.writeString(data.resolve("log.csv"), lines);
        Path several = Files.writeString(
                directory.resolve("several.yaml"),
                Files.readString(base).replaceFirst("task: .*", "tasks: [like, skip, hate]"));
        Path out = directory.resolve("out");

        Result result = Commands.execute(
                new TuneCommand(),
                "--dataset",
                "own",
                "--data",
                data,
                "--layout",
                layout,
                "--networks",
                "mlp,fm",
                "--base",
                several,
                "--trials",
                3,
                "--tune-fraction",
                0.8,
                "--out",
                out,
                "--device",
                "cpu");

        assertThat(result.error()).isEmpty();
        assertThat(result.output()).contains("mean auc over the tasks like, skip, hate", "mean AUC", "mean gAUC");
        JsonNode report = new ObjectMapper().readTree(out.resolve("trials.json").toFile());
        assertThat(report.at("/tasks")).hasSize(3);
        for (JsonNode model : report.at("/models")) {
            List<Double> means = new ArrayList<>();
            for (JsonNode trial : model.get("trials")) {
                JsonNode tasks = trial.get("tasks");
                assertThat(tasks.at("/0/impressions").asInt()).isEqualTo(1_200);
                assertThat(tasks.at("/1/impressions").asInt()).isEqualTo(800);
                assertThat(tasks.at("/2/task").asText()).isEqualTo("hate");
                assertThat(tasks.get(2).has("auc")).isFalse();
                means.add((tasks.at("/0/auc").asDouble() + tasks.at("/1/auc").asDouble()) / 2);
            }
            int best = model.get("best").asInt();
            assertThat(means).hasSize(3);
            assertThat(means.get(best - 1)).isEqualTo(Collections.max(means));
            String name = model.get("name").asText();
            assertThat(SpecReader.read(out.resolve(name + ".yaml")).tasks()).containsExactly("like", "skip", "hate");
            assertThat(Files.readString(out.resolve("trials.md")))
                    .contains(
                            "| trial | mean AUC | mean gAUC | like AUC | like gAUC | skip AUC | skip gAUC | hate AUC |",
                            "| %d (best) | %.5f |".formatted(best, Collections.max(means)));
        }
    }

    @Test
    void specs_are_tuned_under_their_own_names() throws IOException {
        Path own = Files.writeString(
                directory.resolve("own.yaml"),
                SpecReader.write(SpecKeys.read(base).of(NetworkKind.PLE).spec("own"))
                        .replace("name: \"ple\"", "name: \"mine\"")
                        .replace("seed: 1", "seed: 9"));
        Path out = directory.resolve("out");

        Result result = tune(log, out, "--specs", own, "--trials", 1);

        assertThat(result.error()).isEmpty();
        ModelSpec best = SpecReader.read(out.resolve("mine.yaml"));
        assertThat(best.name()).isEqualTo("mine");
        assertThat(best.seed()).isEqualTo(9);
        assertThat(best.network()).isEqualTo(NetworkKind.PLE);
    }

    @Test
    void a_model_without_any_finite_trial_gets_no_spec_and_that_is_said() throws IOException {
        Path space = Files.writeString(
                directory.resolve("space.yaml"), "shared: {row-optimizer.learning-rate: {choice: [1.0e+38]}}");
        Path out = Files.createDirectories(directory.resolve("out"));
        Files.writeString(out.resolve("fm.yaml"), "of an earlier search");

        Result result = tune(log, out, "--networks", "fm", "--base", base, "--trials", 2, "--space", space);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("no spec for fm", "smaller learning rates");
        assertThat(result.output()).contains("none");
        assertThat(out.resolve("fm.yaml")).doesNotExist();
    }

    @Test
    void what_makes_no_search_is_refused_before_it_starts() throws IOException {
        Path out = directory.resolve("out");
        refused(tune(log, out), "--specs is []", "--networks is []", "one of them");
        refused(tune(log, out, "--networks", "mlp"), "--networks is mlp without --base", "conf/");
        refused(tune(log, out, "--specs", base, "--base", base), "--base is", "leave it out");
        refused(tune(log, out, "--specs", base + "," + base), "both named 'base'");
        refused(tune(log, out, "--networks", "mpl", "--base", base), "--networks names 'mpl'", "mlp");
        refused(tune(log, out, "--specs", base, "--trials", 0), "--trials is 0", "1 or more");
        refused(tune(log, out, "--specs", base, "--threads", 0), "--threads is 0", "1 or more");
        refused(tune(log, out, "--specs", base, "--objective", "loss"), "--objective", "loss");
        Path space = Files.writeString(
                directory.resolve("space.yaml"), "shared: {row-optimiser.learning-rate: {choice: [1]}}");
        refused(
                tune(log, out, "--specs", base, "--space", space),
                "space.yaml, trial 1 of base",
                "row-optimiser",
                "did you mean 'row-optimizer'");
        Files.writeString(space, "shared: {batch.size: {choice: [0]}}");
        refused(tune(log, out, "--specs", base, "--space", space), "space.yaml, trial 1 of base", "'batch.size' is 0");
        Files.writeString(space, "shared: {tasks: {choice: [[like]]}}");
        refused(tune(log, out, "--specs", base, "--space", space), "'shared: tasks'", "not searched");
        refused(tune(directory, out, "--specs", base), "ratings.csv is missing");
        assertThat(out).doesNotExist();
        refused(tune(log, base, "--specs", base), "--out is", "can be made");
    }

    @Test
    void a_fraction_without_sense_is_refused() {
        for (double fraction : new double[] {0, -1, 1.5}) {
            Result result = Commands.execute(
                    new TuneCommand(), "--specs", base, "--out", directory.resolve("out"), "--tune-fraction", fraction);
            refused(result, "--tune-fraction is " + fraction, "such as 0.2");
        }
    }

    private static void refused(Result result, String... parts) {
        assertThat(result.error()).contains(parts);
        assertThat(result.exitCode()).isEqualTo(2);
    }
}

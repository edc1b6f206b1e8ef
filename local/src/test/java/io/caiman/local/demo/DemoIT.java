package io.caiman.local.demo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.model.evaluation.ClusteredDeLong;
import io.caiman.model.evaluation.DeLong;
import io.caiman.model.evaluation.PairedDifference;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a process of its own, as people start it: whole, killed, and with bad input. */
class DemoIT {

    private static final int IMPRESSIONS = 12_000;
    /** The metrics job counts pairs of scores within one bin of its histogram as ties. */
    private static final double OF_BINS = 1e-4;

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void a_run_killed_again_and_again_predicts_what_an_uninterrupted_run_predicts_bit_for_bit() throws Exception {
        Path whole = directory.resolve("whole.csv");
        Path killed = directory.resolve("killed.csv");
        Path report = directory.resolve("report.json");
        Path workDirectory = directory.resolve("work");
        List<String> synthetic = List.of("--limit", "" + IMPRESSIONS, "--batch", "100", "--seed", "5");
        finish(start("whole.log", synthetic, "--predictions", whole.toString()));

        // Slow enough to be caught in the middle, several times.
        List<String> slowly = new ArrayList<>(synthetic);
        slowly.addAll(List.of("--rate", "1000", "--work-dir", workDirectory.toString()));
        RunDirectory run = new RunDirectory(workDirectory);
        Optional<Path> checkpoint = Optional.empty();
        Random random = new Random(3);
        for (int kill = 0; kill < 2; kill++) {
            Process victim = start("killed-" + kill + ".log", slowly);
            checkpoint = awaitCheckpointAfter(checkpoint, run, victim, "training");
            // Somewhere between that checkpoint and the next one.
            assertThat(victim.waitFor(random.nextInt(3000), TimeUnit.MILLISECONDS))
                    .isFalse();
            victim.destroyForcibly().waitFor();
        }
        Path damaged = newest(run, "training").orElseThrow();
        Files.write(damaged.resolve("_metadata"), new byte[] {1, 2, 3});
        finish(start("resumed.log", slowly, "--predictions", killed.toString(), "--report", report.toString()));

        assertThat(Files.readAllLines(killed)).hasSize(IMPRESSIONS + 1);
        assertThat(killed).hasSameBinaryContentAs(whole);
        JsonNode figures = new ObjectMapper().readTree(report.toFile());
        assertThat(figures.path("predictions").asInt()).isEqualTo(IMPRESSIONS);
        assertThat(figures.path("overall").path("impressions").asInt())
                .as("the sidecar counts each prediction once, across the kills")
                .isEqualTo(IMPRESSIONS);
        assertThat(Files.readString(directory.resolve("resumed.log")))
                .contains("going on after")
                .contains(damaged.getFileName() + " is damaged, going on from the one before");
    }

    @Test
    void two_models_killed_and_started_again_are_compared_as_two_that_never_were() throws Exception {
        Path champion = spec("champion", "{mode: per-impression, learning-rate: 0.3}");
        Path challenger = spec("challenger", "{mode: none}");
        List<String> both = List.of(
                "--specs", champion + "," + challenger, "--limit", "" + IMPRESSIONS, "--batch", "100", "--seed", "5");
        Path whole = directory.resolve("whole.csv");
        Path wholeReport = directory.resolve("whole.json");
        finish(start("whole.log", both, "--predictions", whole.toString(), "--report", wholeReport.toString()));

        List<String> slowly = new ArrayList<>(both);
        slowly.addAll(List.of(
                "--rate", "1000", "--work-dir", directory.resolve("work").toString()));
        RunDirectory run = new RunDirectory(directory.resolve("work"));
        Process victim = start("killed.log", slowly);
        awaitCheckpointAfter(Optional.empty(), run, victim, "training-challenger");
        awaitCheckpointAfter(Optional.empty(), run, victim, "metrics");
        victim.destroyForcibly().waitFor();
        Path killed = directory.resolve("killed.csv");
        Path killedReport = directory.resolve("killed.json");
        finish(start("resumed.log", slowly, "--predictions", killed.toString(), "--report", killedReport.toString()));

        List<String> lines = Files.readAllLines(whole);
        assertThat(lines).hasSize(2 * IMPRESSIONS + 1);
        // The models take turns as their jobs happen to run.
        assertThat(Files.readAllLines(killed)).containsExactlyInAnyOrderElementsOf(lines);
        JsonNode models = new ObjectMapper().readTree(wholeReport.toFile()).path("models");
        assertThat(models).hasSize(2);
        assertThat(new ObjectMapper()
                        .readTree(killedReport.toFile())
                        .path("models")
                        .get(1)
                        .path("lifts"))
                .isEqualTo(models.get(1).path("lifts"));
        JsonNode overall = models.get(1).path("lifts").get(0);
        assertThat(overall.has("domain")).isFalse();
        assertThat(overall.path("impressions").asInt()).isEqualTo(IMPRESSIONS);
        assertSame(overall, lines);
        assertThat(Files.readString(directory.resolve("whole.log")))
                .contains("lift: percent points of AUC above champion");
    }

    /** Against the comparison of the written predictions. */
    private static void assertSame(JsonNode lift, List<String> lines) {
        Map<String, String[]> ofChampion = new HashMap<>();
        List<String[]> ofChallenger = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",", -1);
            if (fields[2].equals("champion")) {
                ofChampion.put(fields[0], fields);
            } else {
                ofChallenger.add(fields);
            }
        }
        int size = ofChallenger.size();
        double[] first = new double[size];
        double[] second = new double[size];
        boolean[] labels = new boolean[size];
        long[] users = new long[size];
        for (int i = 0; i < size; i++) {
            String[] fields = ofChallenger.get(i);
            first[i] = Double.parseDouble(requireNonNull(ofChampion.get(fields[0]))[6]);
            second[i] = Double.parseDouble(fields[6]);
            labels[i] = fields[5].equals("1");
            users[i] = fields[4].hashCode();
        }
        PairedDifference independent = DeLong.compare(first, second, labels).orElseThrow();
        PairedDifference byUser =
                ClusteredDeLong.compare(users, first, second, labels).orElseThrow();
        assertThat(lift.path("auc").asDouble()).isEqualTo(independent.difference());
        assertThat(lift.path("pValue").asDouble()).isCloseTo(independent.pValue(), within(1e-9));
        assertThat(lift.path("low").asDouble()).isCloseTo(byUser.low(), within(1e-9));
        assertThat(lift.path("high").asDouble()).isCloseTo(byUser.high(), within(1e-9));
    }

    @Test
    void several_tasks_have_figures_each_over_the_impressions_that_have_its_label() throws Exception {
        Path data = Files.createDirectories(directory.resolve("data"));
        Path layout = Files.writeString(directory.resolve("layout.yaml"), """
                files: [log.csv]
                separator: ","
                user: user
                item: item
                domain: tab
                time: {column: time, unit: ms}
                labels: {click: click, like: like}
                """);
        Random random = new Random(9);
        StringBuilder log = new StringBuilder("user,item,tab,time,click,like\n");
        int likes = 0;
        for (int line = 0; line < 2_000; line++) {
            // Every third impression lacks one of the labels.
            likes += line % 3 == 0 ? 0 : 1;
            log.append("%d,%d,%d,%d,%d,%s%n"
                    .formatted(
                            random.nextInt(50),
                            random.nextInt(30),
                            random.nextInt(2),
                            1_000L * (line + 1),
                            random.nextInt(2),
                            line % 3 == 0 ? "" : "" + random.nextInt(2)));
        }
        Files.writeString(data.resolve("log.csv"), log);
        String specs = severalTasks("one") + "," + severalTasks("two");
        Path report = directory.resolve("report.json");
        Path predictions = directory.resolve("predictions.csv");
        finish(start(
                "tasks.log",
                List.of("--dataset", "own", "--data", data.toString(), "--layout", layout.toString()),
                "--specs",
                specs,
                "--report",
                report.toString(),
                "--predictions",
                predictions.toString()));

        JsonNode json = new ObjectMapper().readTree(report.toFile());
        assertThat(json.path("predictions").asInt()).isEqualTo(2 * (2_000 + likes));
        assertThat(json.path("tasks")).hasSize(2);
        for (JsonNode task : json.path("tasks")) {
            String name = task.path("task").asText();
            int labelled = name.equals("click") ? 2_000 : likes;
            assertThat(task.path("overall").path("impressions").asInt()).isEqualTo(labelled);
            assertThat(task.path("overall").path("auc").asDouble())
                    .isCloseTo(exactAuc(predictions, "one", name), within(OF_BINS));
            JsonNode lift = task.path("models").get(1).path("lifts").get(0);
            assertThat(lift.path("impressions").asInt()).isEqualTo(labelled);
            assertThat(lift.path("auc").asDouble())
                    .isCloseTo(exactAuc(predictions, "two", name) - exactAuc(predictions, "one", name), within(1e-9));
        }
        assertThat(json.path("overall")).isEqualTo(json.path("tasks").get(0).path("overall"));
        assertThat(Files.readString(directory.resolve("tasks.log"))).contains("task click", "task like");
    }

    private static double exactAuc(Path predictions, String model, String task) throws IOException {
        List<String[]> lines = Files.readAllLines(predictions).stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .filter(fields -> fields[2].equals(model) && fields[7].equals(task))
                .toList();
        double won = 0;
        double pairs = 0;
        for (String[] positive : lines) {
            for (String[] negative : lines) {
                if (positive[5].equals("1") && negative[5].equals("0")) {
                    won += (Math.signum(Double.parseDouble(positive[6]) - Double.parseDouble(negative[6])) + 1) / 2;
                    pairs++;
                }
            }
        }
        return won / pairs;
    }

    private Path severalTasks(String name) throws IOException {
        return Files.writeString(
                directory.resolve(name + ".yaml"), """
                name: %s
                network: mlp
                tasks: [click, like]
                domains: ["0", "1"]
                features: [user, item, domain]
                layers: [%d]
                batch: {size: 100}
                """.formatted(name, name.length() + name.charAt(0)));
    }

    private Path spec(String name, String wide) throws IOException {
        return Files.writeString(directory.resolve(name + ".yaml"), """
                name: %s
                task: click
                domains: ["0", "1", "2", "4", "6"]
                features: [user, item, domain, author]
                experts: {count: 2, layers: [16, 8]}
                wide: %s
                """.formatted(name, wide));
    }

    @Test
    void bad_lines_of_a_log_are_dead_letters_and_the_run_goes_on() throws Exception {
        Path data = Files.createDirectories(directory.resolve("data"));
        Files.writeString(
                data.resolve("movies.csv"),
                "movieId,title,genres\n1,Toy Story (1995),Adventure|Children\n2,\"Heat, The (1995)\",Action\n");
        Files.writeString(
                data.resolve("ratings.csv"),
                "userId,movieId,rating,timestamp\n1,1,4.5,100\n1,2,noise,200\n2,1,2.0,50\n2,2,4.0\n3,7,5.0,300\n3,2,5.0,400\n");
        Path report = directory.resolve("report.json");
        finish(start(
                "bad.log",
                List.of("--dataset", "movielens", "--data", data.toString()),
                "--report",
                report.toString()));

        JsonNode figures = new ObjectMapper().readTree(report.toFile());
        assertThat(figures.path("predictions").asInt()).isEqualTo(3);
        assertThat(figures.path("deadLetters").asInt()).isEqualTo(3);
        assertThat(figures.path("overall").path("positives").asInt()).isEqualTo(2);
        assertThat(figures.path("overall").has("gauc"))
                .as("no user has both a positive and a negative")
                .isFalse();
    }

    @Test
    void the_page_moves_while_the_replay_runs() throws Exception {
        assumeTrue(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "chromium"))),
                "no chromium on the PATH: install Debian's chromium");
        Process demo = start("page.log", List.of("--limit", "40000", "--rate", "1000", "--batch", "100"));
        String address = Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> Pattern.compile("dashboard +(http://\\S+)")
                                .matcher(Files.readString(directory.resolve("page.log")))
                                .results()
                                .map(found -> found.group(1))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        // At the first look there may be nothing yet; each look starts a browser, which takes seconds.
        int first = Awaitility.await().atMost(PATIENCE).until(() -> impressionsShown(address), shown -> shown > 0);
        Awaitility.await().atMost(PATIENCE).until(() -> impressionsShown(address), shown -> shown > first);
        assertThat(demo.isAlive()).as(logs()).isTrue();
    }

    /** What a browser that loads the page shows as the number of impressions; 0 where it shows none. */
    private int impressionsShown(String address) throws Exception {
        Path page = directory.resolve("page.html");
        Process browser = new ProcessBuilder(
                        "chromium",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--virtual-time-budget=3000",
                        "--dump-dom",
                        address + "?static")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(page.toFile())
                .start();
        started.add(browser);
        assertThat(browser.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return Pattern.compile("id=\"tile-impressions\">([\\d,]+)<")
                .matcher(Files.readString(page))
                .results()
                .map(found -> Integer.parseInt(found.group(1).replace(",", "")))
                .findFirst()
                .orElse(0);
    }

    @Test
    void what_is_wrong_with_the_options_or_the_data_is_told_before_anything_starts() throws Exception {
        Path spec = Files.writeString(
                directory.resolve("spec.yaml"),
                "name: m\ntask: click\ndomains: [\"1\"]\nfeatures: [user, item, domain]\nembeding: {sets: 2}\n");

        assertThat(refused("--dataset", "movielens")).contains("--data");
        assertThat(refused("--dataset", "movielens", "--data", directory.toString()))
                .contains("ratings.csv")
                .contains(directory.toString());
        assertThat(refused("--spec", spec.toString())).contains("'embeding'", "did you mean 'embedding'?");
        Path model = spec("champion", "{mode: none}");
        assertThat(refused("--specs", model + "," + model)).contains("both named 'champion'");
        assertThat(refused("--specs", model.toString(), "--spec", model.toString()))
                .contains("--spec and --specs");
        assertThat(refused("--rate", "fast")).contains("fast", "number above 0");
        assertThat(refused("--device", "tpu")).contains("--device", "tpu");
        assertThat(refused(
                        "--report", directory.resolve("no/such/folder/r.json").toString()))
                .contains("--report", "can be written");
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("run.txt"), "another run");
        Path report = Files.writeString(directory.resolve("report.json"), "of an earlier run");
        assertThat(refused("--work-dir", other.toString(), "--report", report.toString()))
                .contains("holds another run", "another run");
        assertThat(report).hasContent("of an earlier run");
    }

    private String refused(String... options) throws Exception {
        Process process = start("refused.log", List.of(), options);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        String output = Files.readString(directory.resolve("refused.log"));
        assertThat(process.exitValue()).as(output).isEqualTo(2);
        assertThat(output).doesNotContain("\tat ");
        assertNothingLeft();
        return output;
    }

    private static Optional<Path> awaitCheckpointAfter(
            Optional<Path> before, RunDirectory run, Process process, String job) {
        Awaitility.await().atMost(PATIENCE).until(() -> {
            assertThat(process.isAlive()).isTrue();
            Optional<Path> newest = newest(run, job);
            return newest.isPresent() && !newest.equals(before);
        });
        return newest(run, job);
    }

    private static Optional<Path> newest(RunDirectory run, String job) {
        return run.completed(job).newestFirst().stream().findFirst().map(path -> Path.of(path.toUri()));
    }

    private void finish(Process process) throws Exception {
        boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(ended).as("the demo ended").isTrue();
        assertThat(process.exitValue()).as(logs()).isZero();
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        assertThat(temporary()).isDirectoryNotContaining("glob:**/{caiman,flink,minicluster,rocksdb}*");
    }

    /** Where the processes make their temporary directories. */
    private Path temporary() {
        return directory.resolve("temporary");
    }

    /** The ends of all logs: what is rare is not there to be looked at the next time. */
    private String logs() throws IOException {
        StringBuilder ends = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory, 2)) {
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                List<String> lines = Files.readAllLines(log);
                ends.append(log).append(System.lineSeparator());
                lines.subList(Math.max(0, lines.size() - 60), lines.size())
                        .forEach(line -> ends.append(line).append(System.lineSeparator()));
            }
        }
        return ends.toString();
    }

    private Process start(String log, List<String> options, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dai.djl.offline=true",
                "-Djava.io.tmpdir=" + Files.createDirectories(temporary()),
                "-cp",
                System.getProperty("java.class.path"),
                "io.caiman.local.Caiman",
                "demo",
                "--exit-when-done",
                "--dashboard-port",
                "0",
                "--flink-port",
                "0"));
        command.addAll(options);
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(log).toFile());
        builder.environment()
                .put("CAIMAN_HOME", Path.of("..").toAbsolutePath().normalize().toString());
        Process process = builder.start();
        started.add(process);
        return process;
    }
}

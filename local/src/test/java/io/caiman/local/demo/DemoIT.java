package io.caiman.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a process of its own, as people start it: whole, killed, and with bad input. */
class DemoIT {

    private static final int IMPRESSIONS = 12_000;
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
            checkpoint = awaitCheckpointAfter(checkpoint, run, victim);
            // Somewhere between that checkpoint and the next one.
            assertThat(victim.waitFor(random.nextInt(3000), TimeUnit.MILLISECONDS))
                    .isFalse();
            victim.destroyForcibly().waitFor();
        }
        Path damaged = newest(run).orElseThrow();
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
    void what_is_wrong_with_the_options_or_the_data_is_told_before_anything_starts() throws Exception {
        Path spec = Files.writeString(
                directory.resolve("spec.yaml"),
                "name: m\ntask: click\ndomains: [\"1\"]\nfeatures: [user, item, domain]\nembeding: {sets: 2}\n");

        assertThat(refused("--dataset", "movielens")).contains("--data");
        assertThat(refused("--dataset", "movielens", "--data", directory.toString()))
                .contains("ratings.csv")
                .contains(directory.toString());
        assertThat(refused("--spec", spec.toString())).contains("'embeding'", "did you mean 'embedding'?");
        assertThat(refused("--rate", "fast")).contains("fast", "number above 0");
        assertThat(refused("--device", "tpu")).contains("--device", "tpu");
        assertThat(refused(
                        "--report", directory.resolve("no/such/folder/r.json").toString()))
                .contains("--report", "can be written");
    }

    private String refused(String... options) throws Exception {
        Process process = start("refused.log", List.of(), options);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        String output = Files.readString(directory.resolve("refused.log"));
        assertThat(process.exitValue()).as(output).isEqualTo(2);
        assertThat(output).doesNotContain("\tat ");
        return output;
    }

    private static Optional<Path> awaitCheckpointAfter(Optional<Path> before, RunDirectory run, Process process) {
        Awaitility.await().atMost(PATIENCE).until(() -> {
            assertThat(process.isAlive()).isTrue();
            Optional<Path> newest = newest(run);
            return newest.isPresent() && !newest.equals(before);
        });
        return newest(run);
    }

    private static Optional<Path> newest(RunDirectory run) {
        return run.completed("training").newestFirst().stream().findFirst().map(path -> Path.of(path.toUri()));
    }

    private void finish(Process process) throws Exception {
        boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(ended).as("the demo ended").isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private Process start(String log, List<String> options, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dai.djl.offline=true",
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

package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TrainCommandTest {

    /** What the jobs of this JVM have passed on. */
    private static final AtomicInteger PASSED = new AtomicInteger();

    @TempDir
    Path directory;

    @Test
    void two_models_of_one_name_are_refused_before_anything_starts() throws Exception {
        Path one = spec("one.yaml", "crocodile");
        Path other = spec("other.yaml", "crocodile");
        assertThat(refused("--spec", one + "," + other))
                .contains("two models are named 'crocodile'", other.toString(), "give each its own 'name'");
        assertThat(refused("--spec", one.toString(), "--spec", other.toString()))
                .contains("two models are named 'crocodile'");
    }

    @Test
    void several_models_do_not_go_on_from_the_checkpoint_of_one() throws Exception {
        assertThat(refused(
                        "--spec",
                        spec("one.yaml", "champion") + "," + spec("other.yaml", "challenger"),
                        "--restore",
                        "/checkpoints/run/chk-7"))
                .contains("--restore is /checkpoints/run/chk-7", "latest");
    }

    @Test
    void a_job_that_fails_does_not_stop_the_others_and_is_told_of() throws Exception {
        PASSED.set(0);
        StringWriter errors = new StringWriter();
        int exit = TrainingJob.runAll(
                List.of(new TrainingJob("challenger", job(true)), new TrainingJob("champion", job(false))),
                new PrintWriter(errors));
        assertThat(exit).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(errors.toString()).contains("model 'challenger' has ended, the others go on");
        assertThat(PASSED).as("the champion's records").hasValue(3);
    }

    @ParameterizedTest
    @CsvSource({
        "--label-window, soon",
        "--label-window, 0s",
        "--label-window, -1h",
        "--label-window, 10000000000000d",
    })
    void a_window_for_labels_that_is_none_is_refused_with_what_was_expected(String option, String length)
            throws Exception {
        assertThat(refusedWith(option, length)).contains(option + " = " + length, "expected a length of time", "30min");
    }

    @Test
    void an_idleness_that_is_none_is_refused_and_so_is_one_without_a_window() throws Exception {
        assertThat(refusedWith("--label-window", "1h", "--label-idleness", "0s"))
                .contains("--label-idleness = 0s", "expected a length of time");
        assertThat(refusedWith("--label-idleness", "1m")).contains("--label-idleness", "with --label-window only");
    }

    private static StreamExecutionEnvironment job(boolean failing) {
        Configuration configuration = new Configuration();
        configuration.setString("restart-strategy.type", "none");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
        env.fromData(1, 2, 3)
                .map(value -> {
                    if (failing) {
                        throw new IllegalStateException("as the test wants it");
                    }
                    PASSED.incrementAndGet();
                    return value;
                })
                .sinkTo(new DiscardingSink<>());
        return env;
    }

    private Path spec(String file, String name) throws Exception {
        return Files.writeString(
                directory.resolve(file),
                "name: %s\ntask: click\ndomains: [\"a\"]\nfeatures: [user, item, domain]\n".formatted(name));
    }

    /** What a command line with a sound spec is refused with. */
    private String refusedWith(String... options) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("--spec", spec("spec.yaml", "crocodile").toString()));
        arguments.addAll(List.of(options));
        return refused(arguments.toArray(String[]::new));
    }

    private static String refused(String... arguments) {
        StringWriter errors = new StringWriter();
        int exit = new CommandLine(new TrainCommand())
                .setErr(new PrintWriter(errors))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments);
        assertThat(exit).isEqualTo(CommandLine.ExitCode.USAGE);
        return errors.toString();
    }
}

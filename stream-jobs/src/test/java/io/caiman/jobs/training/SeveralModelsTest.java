package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SeveralModelsTest {

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

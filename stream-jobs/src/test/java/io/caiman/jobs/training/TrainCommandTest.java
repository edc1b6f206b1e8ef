package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TrainCommandTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "--label-window, soon",
        "--label-window, 0s",
        "--label-window, -1h",
        "--label-window, 10000000000000d",
    })
    void a_window_for_labels_that_is_none_is_refused_with_what_was_expected(String option, String length)
            throws Exception {
        assertThat(refusal(option, length))
                .contains("caiman.training.label-window = " + length, "expected a length of time");
    }

    @Test
    void an_idleness_that_is_none_is_refused_and_so_is_one_without_a_window() throws Exception {
        assertThat(refusal("--label-window", "1h", "--label-idleness", "0s"))
                .contains("caiman.training.label-idleness = 0s", "expected a length of time");
        assertThat(refusal("--label-idleness", "1m"))
                .contains(
                        "caiman.training.label-idleness = PT1M", "caiman.training.label-window (--label-window) only");
    }

    @ParameterizedTest
    @CsvSource({
        "--row-cache, much, caiman.training.row-cache = much: expected a size",
        "--row-cache, 0, 'caiman.training.row-cache = 0: expected at least 1'",
        "--row-threads, 0, 'caiman.training.row-threads = 0: expected at least 1'",
        "--device, tpu, 'caiman.training.device = tpu: expected one of auto, cpu, cpu:N'",
        "--device, gpu:x, 'caiman.training.device = gpu:x: expected one of auto, cpu, cpu:N'",
        "--pipeline, stale, 'caiman.training.pipeline = stale: expected one of exact, stale-1'",
        "-D, execution.checkpointing.snapshot-compression=true, 'execution.checkpointing.snapshot-compression = true: expected false'",
        "--bootstrap-servers, nowhere, \"nowhere\"",
        "--conf, /absent.yaml, /absent.yaml"
    })
    void a_bad_option_stops_the_command_before_anything_starts(String option, String value, String message)
            throws Exception {
        assertThat(refusal(option, value)).contains(message);
    }

    @Test
    void a_gpu_that_is_asked_for_and_absent_stops_the_command_before_anything_starts() throws Exception {
        assumeTrue(Engine.getEngine("PyTorch").getGpuCount() == 0, "there is a GPU here");
        assertThat(refusal("--device", "gpu:1"))
                .contains("device gpu:1", "expected GPU number 1", "libtorch in /", "or choose cpu");
    }

    @Test
    void a_model_that_cannot_learn_from_older_rows_stops_the_command_before_anything_starts() throws Exception {
        Path spec = Files.writeString(directory.resolve("two-speed.yaml"), """
                name: two-speed
                task: click
                domains: [a]
                features: [user, item, domain]
                wide: {mode: per-impression}
                """);
        assertThat(refused("--spec", spec.toString(), "--device", "cpu", "--pipeline", "stale-1"))
                .contains(
                        "caiman.training.pipeline = stale-1: 'wide.mode' of model 'two-speed' is PER_IMPRESSION",
                        "expected none",
                        "choose the pipeline exact");
    }

    @Test
    void without_a_spec_there_is_nothing_to_learn_and_the_message_says_how_to_name_one() throws Exception {
        assertThat(refused()).contains("caiman.training.spec", "--spec");
    }

    @Test
    void a_file_of_options_serves_as_the_named_ones_do_and_these_go_before() throws Exception {
        Path conf = Files.writeString(directory.resolve("caiman.yaml"), """
                caiman.training:
                  spec: /absent/of-the-file.yaml
                  row-threads: 4
                caiman.metrics.pane: 1h
                """);
        assertThat(refused("--conf", conf.toString())).contains("/absent/of-the-file.yaml");
        assertThat(refused("--conf", conf.toString(), "-D", "caiman.training.spec=/absent/of-D.yaml"))
                .contains("/absent/of-D.yaml");
        assertThat(refused(
                        "--conf",
                        conf.toString(),
                        "-D",
                        "caiman.training.spec=/absent/of-D.yaml",
                        "--spec=/absent/named"))
                .contains("/absent/named");
    }

    /** What a command line is refused with, besides that of a spec. */
    private String refusal(String... options) throws Exception {
        Path spec = Files.writeString(directory.resolve("spec.yaml"), """
                name: crocodile
                task: click
                domains: [a]
                features: [user, item, domain]
                """);
        List<String> arguments = new ArrayList<>(List.of("--spec", spec.toString()));
        arguments.addAll(List.of(options));
        return refused(arguments.toArray(String[]::new));
    }

    private static String refused(String... arguments) {
        StringWriter errors = new StringWriter();
        int exit = new CommandLine(new TrainCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setErr(new PrintWriter(errors))
                .execute(arguments);
        assertThat(exit).isEqualTo(CommandLine.ExitCode.USAGE);
        return errors.toString();
    }
}

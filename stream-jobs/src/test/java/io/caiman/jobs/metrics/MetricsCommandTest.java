package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.jobs.options.WatermarkOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MetricsCommandTest {

    @Test
    void options_reach_the_configuration_and_go_before_settings() {
        Configuration configuration = parsed(
                "--bootstrap-servers=a:1",
                "--topic-prefix=test-",
                "--pane=10s",
                "--window=1min,1h",
                "--last=100, 2000",
                "--allowed-lateness=20s",
                "--cumulative-history=30d",
                "--idle=5s",
                "--models=crocodile, stec",
                "--model-wait=1h",
                "--parallelism=3",
                "--checkpoint-dir=checkpoints",
                "--checkpoint-interval=2s",
                "-D",
                "caiman.metrics.refresh-interval=250ms",
                "-D",
                "caiman.metrics.pane=7s",
                "-Dstate.backend.type=rocksdb");

        assertThat(MetricsOptions.from(configuration))
                .isEqualTo(new MetricsOptions(
                        Duration.ofSeconds(10),
                        List.of(Duration.ofMinutes(1), Duration.ofHours(1)),
                        List.of(100, 2_000),
                        new WatermarkOptions(
                                WatermarkOptions.OUT_OF_ORDERNESS.defaultValue(),
                                Duration.ofSeconds(5),
                                List.of("crocodile", "stec"),
                                Duration.ofHours(1)),
                        Duration.ofSeconds(20),
                        Optional.of(Duration.ofDays(30)),
                        Duration.ofMillis(250),
                        MetricsOptions.LABELS.defaultValue()));
        assertThat(KafkaOptions.from(configuration).topics().predictions()).isEqualTo("test-predictions");
        assertThat(configuration.get(CoreOptions.DEFAULT_PARALLELISM)).isEqualTo(3);
        assertThat(configuration.get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(configuration.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY))
                .startsWith("file:///")
                .endsWith("/checkpoints");
        assertThat(configuration.toMap()).containsEntry("state.backend.type", "rocksdb");
    }

    @ParameterizedTest
    @CsvSource({
        "--window=7min, caiman.metrics.window = PT7M",
        "--window=1h;2h, caiman.metrics.window = 1h;2h",
        "--last=all, caiman.metrics.last = all",
        "--last=0, caiman.metrics.last = 0",
        "--cumulative-history=1h, caiman.metrics.cumulative-history = PT1H",
        "--pane=often, caiman.metrics.pane = often",
        "--bootstrap-servers=nowhere, \"nowhere\"",
        "--command-config=/absent.properties, /absent.properties"
    })
    void a_bad_option_stops_the_command_before_anything_starts(String option, String message) {
        StringWriter errors = new StringWriter();
        int exitCode = new CommandLine(new MetricsCommand())
                .setErr(new PrintWriter(errors))
                .execute(option);
        assertThat(exitCode).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).startsWith("metrics: ").contains(message);
    }

    @Test
    void help_states_the_defaults_as_they_are() {
        String help = new CommandLine(new MetricsCommand()).getUsageMessage().replaceAll("\\s+", " ");
        assertThat(help)
                .contains("(default: " + KafkaOptions.BOOTSTRAP_SERVERS.defaultValue() + ")")
                .contains("(default: " + MetricsOptions.PANE.defaultValue().toMinutes() + "min)")
                .contains("(default: " + MetricsOptions.WINDOW.defaultValue() + ")")
                .contains("(default: " + MetricsOptions.LATENESS.defaultValue().toMinutes() + "min)")
                .contains(
                        "(default: " + WatermarkOptions.IDLENESS.defaultValue().toSeconds() + "s)");
    }

    @Test
    void help_says_how_a_value_that_is_elsewhere_is_named_and_tells_none() {
        assertThat(new CommandLine(new MetricsCommand()).getUsageMessage()).contains("${env:NAME}", "${file:PATH}");
    }

    private static Configuration parsed(String... arguments) {
        MetricsCommand command = new MetricsCommand();
        new CommandLine(command).parseArgs(arguments);
        return command.configuration();
    }
}

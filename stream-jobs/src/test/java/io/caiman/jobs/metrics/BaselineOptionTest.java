package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.options.LeaderboardOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BaselineOptionTest {

    @Test
    void with_a_baseline_the_command_asks_for_a_leaderboard() {
        MetricsCommand command = new MetricsCommand();
        new CommandLine(command).parseArgs("--baseline=champion", "-D", "caiman.leaderboard.patience=3h");
        assertThat(LeaderboardOptions.from(command.configuration())).hasValueSatisfying(options -> {
            assertThat(options.baseline()).isEqualTo("champion");
            assertThat(options.patience()).isEqualTo(Duration.ofHours(3));
        });
        assertThat(LeaderboardOptions.from(new MetricsCommand().configuration()))
                .isEmpty();
    }
}

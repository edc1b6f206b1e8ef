package io.caiman.jobs.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.caiman.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void without_settings_the_defaults_hold() {
        assertThat(MetricsOptions.from(new Configuration()))
                .isEqualTo(new MetricsOptions(
                        MetricsOptions.PANE.defaultValue(),
                        List.of(Duration.ofHours(1)),
                        List.of(),
                        new WatermarkOptions(
                                WatermarkOptions.OUT_OF_ORDERNESS.defaultValue(),
                                WatermarkOptions.IDLENESS.defaultValue(),
                                List.of(),
                                WatermarkOptions.MODEL_WAIT.defaultValue()),
                        MetricsOptions.LATENESS.defaultValue(),
                        Optional.empty(),
                        MetricsOptions.REFRESH.defaultValue(),
                        MetricsOptions.LABELS.defaultValue()));
        assertThat(KafkaOptions.from(new Configuration()).topics()).isEqualTo(Topics.withPrefix(""));
    }

    @Test
    void without_a_baseline_there_is_no_leaderboard() {
        assertThat(LeaderboardOptions.from(new Configuration())).isEmpty();
        assertThat(LeaderboardOptions.from(Configuration.fromMap(Map.of("caiman.leaderboard.baseline", "champion"))))
                .hasValueSatisfying(options -> {
                    assertThat(options.baseline()).isEqualTo("champion");
                    assertThat(options.windows()).containsExactly(Duration.ofHours(1), Duration.ofHours(24));
                });
    }

    @Test
    void settings_are_read() {
        Configuration configuration = Configuration.fromMap(Map.of(
                "caiman.metrics.pane", "10 s",
                "caiman.metrics.window", "1 min",
                "caiman.kafka.bootstrap-servers", "a:1",
                "caiman.kafka.topic-prefix", "test-"));
        assertThat(MetricsOptions.from(configuration).pane()).isEqualTo(Duration.ofSeconds(10));
        assertThat(KafkaOptions.from(configuration).connection().bootstrapServers())
                .isEqualTo("a:1");
        assertThat(KafkaOptions.from(configuration).topics().predictions()).isEqualTo("test-predictions");
    }

    @ParameterizedTest
    @CsvSource({
        "caiman.metrics.pane, soon, a length of time",
        "caiman.metrics.pane, 0 s, more than 0",
        "caiman.metrics.window, 7 min, 'caiman.metrics.pane (PT5M)'",
        "caiman.metrics.window, 1 min, 'caiman.metrics.pane (PT5M)'",
        "caiman.metrics.window, 1000000 min, 1 to 10000 times",
        "caiman.metrics.window, '', at least one",
        "caiman.metrics.labels, many, a whole number",
        "caiman.metrics.labels, -1, 0 or more",
        "caiman.metrics.refresh-interval, 0 ms, more than 0",
        "caiman.leaderboard.step, 0 s, more than 0",
        "caiman.leaderboard.windows, soon, a length of time",
        "caiman.leaderboard.most-pairs, some, a whole number",
        "caiman.metrics.models, 'a,b,a', every model once",
        "caiman.metrics.models, 'a,b', the baseline m among them",
        "caiman.metrics.model-wait, 0 s, more than 0",
        "caiman.leaderboard.windows, '1h,90min', 'caiman.leaderboard.step (PT1H)'",
        "caiman.leaderboard.most-pairs, 0, at least 1",
        "caiman.leaderboard.patience, 40000 d, at most",
        "caiman.kafka.transaction-timeout, x, a length of time",
        "caiman.kafka.topic-prefix, a/b, Kafka allows"
    })
    void a_bad_value_is_refused_with_its_name_and_what_was_expected(String key, String value, String expected) {
        Configuration configuration = Configuration.fromMap(Map.of("caiman.leaderboard.baseline", "m", key, value));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> {
                    KafkaOptions.from(configuration);
                    MetricsOptions.from(configuration);
                    LeaderboardOptions.from(configuration);
                })
                .withMessageStartingWith(key + " = ")
                .withMessageContaining(expected);
    }
}

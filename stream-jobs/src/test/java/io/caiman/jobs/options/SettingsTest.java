package io.caiman.jobs.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static final String SECRET = "do-not-tell";

    @TempDir
    Path directory;

    @Test
    void a_file_may_nest_keys_or_write_them_out_and_its_lists_are_texts_with_commas() throws Exception {
        Path file = Files.writeString(directory.resolve("caiman.yaml"), """
                caiman:
                  kafka.topic-prefix: test-
                  metrics:
                    window: [1h, 24h]
                    pane: 5min
                execution.checkpointing.interval: 30s
                parallelism.default: 2
                """);

        assertThat(Settings.read(file))
                .isEqualTo(Map.of(
                        "caiman.kafka.topic-prefix", "test-",
                        "caiman.metrics.window", "1h,24h",
                        "caiman.metrics.pane", "5min",
                        "execution.checkpointing.interval", "30s",
                        "parallelism.default", "2"));
    }

    @ParameterizedTest
    @CsvSource({
        "caiman.metrics.pan, caiman.metrics.pane",
        "caiman.trainning.row-cache, caiman.training.row-cache",
        "caiman.leaderboard.base-line, caiman.leaderboard.baseline",
        "caiman.kafka.bootstrap.servers, caiman.kafka.bootstrap-servers",
        "execution.checkpoint.interval, execution.checkpointing.interval",
        "paralelism.default, parallelism.default",
        "state.backend.rocksdb.localdirr, state.backend.rocksdb.localdir"
    })
    void an_unknown_key_is_refused_with_the_nearest_known_one(String key, String nearest) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.of("-D", Map.of(key, "1")))
                .withMessageContainingAll("-D: unknown key '" + key + "'", "did you mean '" + nearest + "'?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metrics.reporter.prom.port",
                "events.reporters",
                "kubernetes.cluster-id",
                "s3.endpoint",
                "rest.port",
                "taskmanager.memory.managed.size",
                "restart-strategy.fixed-delay.attempts",
                "high-availability.storageDir"
            })
    void keys_of_flink_are_known(String key) {
        assertThat(Settings.of("-D", Map.of(key, "1"))).containsEntry(key, "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1, 2]", "a: b: c", "caiman.metrics.pane: 1h\ncaiman: {metrics: {pane: 2h}}"})
    void a_file_that_is_no_map_of_keys_once_each_is_refused(String contents) throws Exception {
        Path file = Files.writeString(directory.resolve("caiman.yaml"), contents);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.read(file))
                .withMessageStartingWith("--conf: ");
    }

    @Test
    void a_secret_comes_from_a_file_or_the_environment() throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), SECRET + "\n");
        assertThat(Settings.of("-D", Map.of("s3.secret-key", "${file:" + file + "}")))
                .containsEntry("s3.secret-key", SECRET);
        assertThat(Settings.of("-D", Map.of("s3.secret-key", "${env:PATH}")))
                .containsEntry("s3.secret-key", System.getenv("PATH"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false", "False"})
    void a_switch_is_no_secret_whatever_it_is_called(String value) {
        String key = "security.delegation.tokens.enabled";
        assertThat(Settings.of("-D", Map.of(key, value))).containsEntry(key, value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SECRET,
                SECRET + "${env:PATH}",
                "${env:CAIMAN_IS_NOT_SET}",
                "${file:/absent/of-secrets}",
            })
    void a_secret_that_is_none_of_that_is_refused_and_not_told(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.of("-D", Map.of("s3.secret-key", value)))
                .withMessageStartingWith("-D: s3.secret-key is")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain(SECRET));
    }
}

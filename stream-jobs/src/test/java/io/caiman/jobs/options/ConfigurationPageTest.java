package io.caiman.jobs.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} is what the options say; {@code -Dcaiman.write-docs=true} writes it anew. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    @Test
    void the_page_is_what_the_options_say() throws Exception {
        StringBuilder page = new StringBuilder("""
                # Options of the jobs

                Written from the options by `ConfigurationPageTest`; do not edit by hand.

                `./caiman train` and `./caiman metrics` take each as `-D KEY=VALUE`, and from a file in YAML with `--conf FILE`, which may have the
                options of both jobs and of Flink. The commands' own options (`--help`) stand for keys and go before `-D`, which goes before
                the file. A key that nobody reads is refused, with the nearest known one. Lengths of time are a number and a unit (`30 s`,
                `5 min`, `1 h`), sizes likewise (`512 mb`). Everything is looked at before a job's graph is built.

                A value may be `${env:NAME}` or `${file:PATH}`: what the environment variable or the file has. One that is a secret by its key
                (Flink's rule: `password`, `secret`, `token` and the like) is refused unless it is, or is `true` or `false`. Kafka's secrets stand in
                the file of `--command-config`, and each client reads them there by itself: the file has to be at the same path on every JobManager
                and TaskManager, and no job graph, log or page of Flink has what is in it.

                The model itself is described by its spec, not here: README and `model/src/main/resources/io/caiman/model/spec/defaults.yaml`.
                """);
        table(page, "Both jobs", KafkaOptions.class);
        table(page, "Training (`./caiman train`)", TrainingJobOptions.class);
        table(page, "Metrics (`./caiman metrics`)", MetricsOptions.class, WatermarkOptions.class);
        table(page, "Leaderboard (`./caiman metrics --baseline NAME`)", LeaderboardOptions.class);
        page.append("""

                ## What the jobs set of Flink

                Unless told otherwise: `state.backend.type: rocksdb`, incremental checkpoints every 10 s, exactly once, three kept, and kept when the
                job is cancelled. The trainer's parallelism is 1 whatever is set. On a cluster, how many are kept
                (`execution.checkpointing.num-retained`) is the JobManager's to say.
                """);

        if (Boolean.getBoolean("caiman.write-docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE))
                .as("run ./mvnw test -pl stream-jobs -am -Dtest=ConfigurationPageTest -Dcaiman.write-docs=true"
                        + " -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(page.toString());
    }

    private static void table(StringBuilder page, String title, Class<?>... options) throws Exception {
        page.append("\n## ").append(title).append("\n\n| key | type | default | meaning |\n|---|---|---|---|\n");
        for (Class<?> declared : options) {
            for (ConfigOption<?> option : KnownKeys.optionsOf(declared)) {
                page.append("| `%s` | %s | %s | %s |\n"
                        .formatted(
                                option.key(),
                                type(option),
                                value(option),
                                new HtmlFormatter().format(option.description()).replace("|", "\\|")));
            }
        }
    }

    private static String type(ConfigOption<?> option) throws Exception {
        Field field = ConfigOption.class.getDeclaredField("clazz");
        field.setAccessible(true);
        Class<?> type = (Class<?>) field.get(option);
        if (type == Duration.class) {
            return "time";
        }
        if (type == MemorySize.class) {
            return "size";
        }
        if (type == Integer.class) {
            return "whole number";
        }
        return type.isEnum()
                ? String.join(
                        ", ",
                        List.of(type.getEnumConstants()).stream()
                                .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                                .toList())
                : "text";
    }

    private static String value(ConfigOption<?> option) {
        Object value = option.defaultValue();
        if (value == null) {
            return "not set";
        }
        if (value instanceof Duration length) {
            return "`" + TimeUtils.formatWithHighestUnit(length) + "`";
        }
        String text = value.toString();
        return text.isEmpty() ? "empty" : "`" + (value instanceof Enum<?> ? text.toLowerCase(Locale.ROOT) : text) + "`";
    }
}

package io.caiman.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Prometheus and Grafana compute of what is scraped. */
class MonitoringTest {

    private static final Pattern SERIES = Pattern.compile("flink_\\w+");

    /** With at most one function or bracket within. */
    private static final Pattern AGGREGATION =
            Pattern.compile("(?:sum|max) by \\(([\\w, ]+)\\) \\((?:[^()]|\\([^()]*\\))*\\)");

    /** Of the labels that Flink's reporter and Prometheus give; all others change with a restart or a rescaling. */
    private static final List<String> LASTING =
            List.of("job_name", "operator_name", "task_name", "model", "task", "domain", "feature");

    private static List<String> expressions() {
        return Stream.of(
                        Overlay.PRODUCTION.manifest("PrometheusRule", "caiman").json(),
                        Yaml.one(Path.of("monitoring/caiman.json")))
                .flatMap(file -> file.findValuesAsText("expr").stream())
                .toList();
    }

    @Test
    void series_that_are_held_against_each_other_have_only_labels_that_outlast_a_restart() {
        List<String> compared = expressions().stream()
                .filter(expression -> SERIES.matcher(expression).results().count() > 1)
                .toList();
        assertThat(compared).anyMatch(expression -> expression.contains(" offset 1d"));
        assertThat(compared).allSatisfy(expression -> {
            assertThat(AGGREGATION.matcher(expression).replaceAll("")).doesNotContainPattern(SERIES);
            assertThat(AGGREGATION
                            .matcher(expression)
                            .results()
                            .flatMap(one -> Stream.of(one.group(1).split(", "))))
                    .isSubsetOf(LASTING);
        });
    }
}

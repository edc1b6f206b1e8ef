package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.predictions.Scope;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class ScopeGaugesTest {

    private final Map<String, Gauge<?>> gauges = new TreeMap<>();
    private final ScopeGauges shown = new ScopeGauges(new Group(""), "1h", 2);

    @Test
    void the_latest_window_is_shown_with_labels_and_an_undefined_figure_as_nan() {
        shown.show(metrics("feed", "1h", 2_000, 0.75));
        shown.show(metrics("feed", "1h", 3_000, 0.5));
        shown.show(metrics("feed", "1h", 1_000, 0.25));
        shown.show(metrics("feed", "24h", 9_000, 0.125));

        assertThat(value("/model=m/task=click/domain=feed/auc")).isEqualTo(0.5);
        assertThat(value("/model=m/task=click/domain=feed/impressions")).isEqualTo(7L);
        assertThat(value("/model=m/task=click/domain=feed/gauc")).isEqualTo(Double.NaN);
    }

    @Test
    void scopes_beyond_the_limit_have_no_gauges_and_are_counted() {
        for (String domain : List.of("a", "b", "c", "d", "c")) {
            shown.show(metrics(domain, "1h", 1_000, 0.5));
        }
        assertThat(gauges.keySet()).filteredOn(name -> name.endsWith("/auc")).hasSize(2);
        assertThat(value("/" + ScopeGauges.OMITTED)).isEqualTo(2);
    }

    private Object value(String name) {
        return Map.copyOf(gauges).getOrDefault(name, () -> "absent").getValue();
    }

    private static DomainMetrics metrics(String domain, String window, long end, double auc) {
        DomainMetrics metrics =
                Reference.figures(Scope.ofDomain("m", "click", domain), WindowKind.ROLLING, List.of(), 0, end);
        metrics.setWindow(window);
        metrics.setAuc(auc);
        metrics.setImpressions(7L);
        return metrics;
    }

    private final class Group extends UnregisteredMetricsGroup {
        private final String labels;

        Group(String labels) {
            this.labels = labels;
        }

        @Override
        public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
            gauges.put(labels + "/" + name, gauge);
            return gauge;
        }

        @Override
        public MetricGroup addGroup(String key, String value) {
            return new Group(labels + "/" + key + "=" + value);
        }
    }
}

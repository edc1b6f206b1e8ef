package io.caiman.jobs.metrics;

import io.caiman.jobs.predictions.Scope;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * The latest rolling figures as gauges: {@code auc}, {@code gauc}, {@code calibration} and {@code impressions} with the labels
 * {@code model}, {@code task}, {@code domain} (empty over all domains). An undefined figure is NaN, Prometheus' absent value.
 * Only the first so many combinations of labels have gauges; the gauge {@link #OMITTED} tells how many have none.
 */
final class ScopeGauges {

    /** Gauge of the number of scopes without gauges of their own, in the operator's scope. */
    static final String OMITTED = "scopesWithoutGauges";

    private final MetricGroup group;
    private final String window;
    private final int most;
    private final Map<Scope, Shown> latest = new HashMap<>();
    private final Map<Scope, Boolean> omitted = new HashMap<>();

    /** Set by the task, read by the reporter. */
    private static final class Shown {
        private volatile DomainMetrics metrics;

        Shown(DomainMetrics metrics) {
            this.metrics = metrics;
        }

        void update(DomainMetrics newer) {
            if (newer.getEndMs() >= metrics.getEndMs()) {
                metrics = newer;
            }
        }
    }

    ScopeGauges(MetricGroup group, String window, int most) {
        this.group = group;
        this.window = window;
        this.most = most;
        group.gauge(OMITTED, omitted::size);
    }

    /** Takes a record over, if it is of the window shown and not older than what is shown. */
    void show(DomainMetrics metrics) {
        if (metrics.getKind() != WindowKind.ROLLING || !metrics.getWindow().equals(window)) {
            return;
        }
        Scope scope = Records.scope(metrics);
        Shown shown = latest.get(scope);
        if (shown != null) {
            shown.update(metrics);
        } else if (latest.size() < most) {
            latest.put(scope, register(scope, metrics));
        } else {
            omitted.put(scope, true);
        }
    }

    private Shown register(Scope scope, DomainMetrics metrics) {
        Shown shown = new Shown(metrics);
        MetricGroup labelled = group.addGroup("model", scope.model())
                .addGroup("task", scope.task())
                .addGroup("domain", scope.domain().orElse(""));
        register(labelled, "auc", shown, DomainMetrics::getAuc);
        register(labelled, "gauc", shown, DomainMetrics::getGauc);
        register(labelled, "calibration", shown, DomainMetrics::getCalibration);
        labelled.gauge("impressions", () -> shown.metrics.getImpressions());
        return shown;
    }

    private static void register(
            MetricGroup group, String name, Shown shown, Function<DomainMetrics, @Nullable Double> figure) {
        Gauge<Double> gauge = () -> {
            Double value = figure.apply(shown.metrics);
            return value == null ? Double.NaN : value;
        };
        group.gauge(name, gauge);
    }
}

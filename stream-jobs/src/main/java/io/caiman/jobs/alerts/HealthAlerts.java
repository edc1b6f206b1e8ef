package io.caiman.jobs.alerts;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.HealthReport;
import io.caiman.schemas.avro.HealthWarning;
import io.caiman.schemas.avro.ModelHealth;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Evaluates the rules about models' own warnings, keyed by model: each report is a look. */
final class HealthAlerts extends KeyedProcessFunction<String, ModelHealth, Alert> {

    private static final long serialVersionUID = 1;

    private final List<AlertRule> rules;

    @SuppressWarnings("NullAway.Init") // set in open
    private transient Alerting alerting;

    HealthAlerts(List<AlertRule> rules) {
        this.rules =
                rules.stream().filter(AlertRule.HealthWarning.class::isInstance).toList();
    }

    @Override
    public void open(OpenContext context) {
        alerting = new Alerting(getRuntimeContext().getMapState(Alerting.state()));
    }

    @Override
    public void processElement(ModelHealth health, Context context, Collector<Alert> out) throws Exception {
        if (!(health.getEvent() instanceof HealthReport report)) {
            return;
        }
        boolean warned = !report.getWarnings().isEmpty();
        String message = warned
                ? report.getWarnings().stream().map(HealthWarning::getDetail).collect(Collectors.joining("; "))
                : "no warnings";
        Alerting.Subject subject = new Alerting.Subject("", health.getModel(), null, null);
        for (AlertRule rule : rules) {
            alerting.look(rule, subject, Finding.plain(warned, message), health.getEventTimeMs(), out);
        }
    }
}

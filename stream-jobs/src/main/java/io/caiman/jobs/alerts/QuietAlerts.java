package io.caiman.jobs.alerts;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Evaluates the rules about domains that went quiet, keyed by model and task: each window over all domains is a look at how
 * far behind it each domain's own last window is, once, when it is first published. A domain that stays quiet for
 * {@link #FORGOTTEN_AFTER} is forgotten.
 */
final class QuietAlerts extends KeyedProcessFunction<String, DomainMetrics, Alert> {

    private static final long serialVersionUID = 1;
    private static final Duration FORGOTTEN_AFTER = Duration.ofDays(7);
    private static final double MS_PER_MINUTE = 60_000;

    private final List<AlertRule.DomainQuiet> rules;

    @SuppressWarnings("NullAway.Init") // set in open
    private transient Alerting alerting;

    /** By window's name and domain, the end of the domain's last window. */
    @SuppressWarnings("NullAway.Init") // set in open
    private transient MapState<Tuple2<String, String>, Long> lastWindows;

    /** By rule, the end of the last window looked at. */
    @SuppressWarnings("NullAway.Init") // set in open
    private transient MapState<String, Long> looked;

    QuietAlerts(List<AlertRule> rules) {
        this.rules = rules.stream()
                .filter(AlertRule.DomainQuiet.class::isInstance)
                .map(AlertRule.DomainQuiet.class::cast)
                .toList();
    }

    @Override
    public void open(OpenContext context) {
        alerting = new Alerting(getRuntimeContext().getMapState(Alerting.state()));
        lastWindows = getRuntimeContext()
                .getMapState(
                        new MapStateDescriptor<>("last-windows", Types.TUPLE(Types.STRING, Types.STRING), Types.LONG));
        looked = getRuntimeContext().getMapState(new MapStateDescriptor<>("looked", Types.STRING, Types.LONG));
    }

    @Override
    public void processElement(DomainMetrics figures, Context context, Collector<Alert> out) throws Exception {
        if (figures.getKind() != WindowKind.ROLLING || figures.getImpressions() == 0) {
            return;
        }
        if (figures.getDomain() != null) {
            Tuple2<String, String> domain = Tuple2.of(figures.getWindow(), figures.getDomain());
            Long last = lastWindows.get(domain);
            lastWindows.put(domain, last == null ? figures.getEndMs() : Math.max(last, figures.getEndMs()));
            return;
        }
        for (AlertRule.DomainQuiet rule : rules) {
            if (!rule.window().equals(figures.getWindow())) {
                continue;
            }
            Long last = looked.get(rule.name());
            if (last == null || figures.getEndMs() > last) {
                looked.put(rule.name(), figures.getEndMs());
                look(rule, figures, out);
            }
        }
    }

    private void look(AlertRule.DomainQuiet rule, DomainMetrics overall, Collector<Alert> out) throws Exception {
        List<Tuple2<String, String>> forgotten = new ArrayList<>();
        for (Map.Entry<Tuple2<String, String>, Long> last : lastWindows.entries()) {
            if (!last.getKey().f0.equals(rule.window())) {
                continue;
            }
            String domain = last.getKey().f1;
            Alerting.Subject subject = new Alerting.Subject(domain, overall.getModel(), overall.getTask(), domain);
            long quietMs = overall.getEndMs() - last.getValue();
            if (quietMs > FORGOTTEN_AFTER.toMillis()) {
                alerting.forget(rule, subject);
                forgotten.add(last.getKey());
                continue;
            }
            Finding.Verdict verdict = quietMs >= rule.after().toMillis() ? Finding.Verdict.HOLDS : Finding.Verdict.OVER;
            Finding finding = new Finding(
                    verdict,
                    OptionalDouble.of(quietMs / MS_PER_MINUTE),
                    OptionalDouble.of(rule.after().toMillis() / MS_PER_MINUTE),
                    "no impressions in any %s window for %.0f min".formatted(rule.window(), quietMs / MS_PER_MINUTE));
            alerting.look(rule, subject, finding, overall.getEndMs(), out);
        }
        for (Tuple2<String, String> domain : forgotten) {
            lastWindows.remove(domain);
        }
    }
}

package io.caiman.jobs.alerts;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Evaluates the rules about the figures of single windows, keyed by model, task and domain. A window is looked at once, when
 * it is first published; a revision of it changes what later windows are compared with. State: a day of figures for each
 * rule that needs them.
 */
final class FigureAlerts extends KeyedProcessFunction<String, DomainMetrics, Alert> {

    private static final long serialVersionUID = 1;

    private final List<AlertRule.OfFigures> rules;

    @SuppressWarnings("NullAway.Init") // set in open
    private transient Alerting alerting;

    /** By rule, the end of the last window looked at. */
    @SuppressWarnings("NullAway.Init") // set in open
    private transient MapState<String, Long> looked;

    /** By rule and end of the window. */
    @SuppressWarnings("NullAway.Init") // set in open
    private transient MapState<Tuple2<String, Long>, Double> aucs;

    FigureAlerts(List<AlertRule> rules) {
        this.rules = FigureWatch.rules(rules);
    }

    @Override
    public void open(OpenContext context) {
        alerting = new Alerting(getRuntimeContext().getMapState(Alerting.state()));
        looked = getRuntimeContext().getMapState(new MapStateDescriptor<>("looked", Types.STRING, Types.LONG));
        aucs = getRuntimeContext()
                .getMapState(new MapStateDescriptor<>("aucs", Types.TUPLE(Types.STRING, Types.LONG), Types.DOUBLE));
    }

    @Override
    public void processElement(DomainMetrics figures, Context context, Collector<Alert> out) throws Exception {
        if (figures.getKind() != WindowKind.ROLLING) {
            return;
        }
        Alerting.Subject subject = new Alerting.Subject("", figures.getModel(), figures.getTask(), figures.getDomain());
        for (AlertRule.OfFigures rule : rules) {
            if (!figures.getWindow().equals(rule.window())) {
                continue;
            }
            remember(rule, figures);
            Long last = looked.get(rule.name());
            if (last != null && figures.getEndMs() <= last) {
                continue;
            }
            looked.put(rule.name(), figures.getEndMs());
            Optional<Finding> finding = FigureWatch.look(
                    rule, figures, endMs -> Optional.ofNullable(aucs.get(Tuple2.of(rule.name(), endMs))));
            if (finding.isPresent()) {
                alerting.look(rule, subject, finding.get(), figures.getEndMs(), out);
            }
        }
    }

    private void remember(AlertRule.OfFigures rule, DomainMetrics figures) throws Exception {
        if (!(rule instanceof AlertRule.AucDrop)
                || figures.getAuc() == null
                || figures.getImpressions() < rule.leastImpressions()) {
            return;
        }
        aucs.put(Tuple2.of(rule.name(), figures.getEndMs()), figures.getAuc());
        for (Iterator<Map.Entry<Tuple2<String, Long>, Double>> stored = aucs.iterator(); stored.hasNext(); ) {
            Tuple2<String, Long> window = stored.next().getKey();
            if (window.f0.equals(rule.name()) && window.f1 < figures.getEndMs() - FigureWatch.DAY_MS) {
                stored.remove();
            }
        }
    }
}

package io.caiman.jobs.alerts;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.AlertState;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** The standings of rules in keyed state, and the alerts that come of their changes. */
final class Alerting {

    /**
     * Who an alert is about.
     *
     * @param key tells apart what shares a key of the stream
     */
    record Subject(
            String key,
            @Nullable String model,
            @Nullable String task,
            @Nullable String domain) {}

    private static final TypeInformation<Tuple3<Boolean, Integer, Long>> STORED =
            Types.TUPLE(Types.BOOLEAN, Types.INT, Types.LONG);

    private final MapState<String, Tuple3<Boolean, Integer, Long>> standings;

    Alerting(MapState<String, Tuple3<Boolean, Integer, Long>> standings) {
        this.standings = standings;
    }

    /** Names and types the state. */
    static MapStateDescriptor<String, Tuple3<Boolean, Integer, Long>> state() {
        return new MapStateDescriptor<>("standings", Types.STRING, STORED);
    }

    /** Takes in what a look at a rule's subject showed. */
    void look(AlertRule rule, Subject subject, Finding finding, long timeMs, Collector<Alert> out) throws Exception {
        String key = rule.name() + '\n' + subject.key();
        Standing before = standing(key);
        Standing now = before.after(finding, rule.patience(), timeMs);
        if (now.isCalm()) {
            standings.remove(key);
        } else if (!now.equals(before)) {
            standings.put(key, Tuple3.of(now.raised(), now.inRow(), now.sinceMs()));
        }
        Optional<AlertState> told = now.changedFrom(before);
        if (told.isPresent()) {
            out.collect(alert(rule, subject, finding, told.get(), now, timeMs));
        }
    }

    /** Forgets a subject without a word. */
    void forget(AlertRule rule, Subject subject) throws Exception {
        standings.remove(rule.name() + '\n' + subject.key());
    }

    private Standing standing(String key) throws Exception {
        Tuple3<Boolean, Integer, Long> stored = standings.get(key);
        return stored == null ? Standing.CALM : new Standing(stored.f0, stored.f1, stored.f2);
    }

    static Alert alert(
            AlertRule rule, Subject subject, Finding finding, AlertState state, Standing standing, long timeMs) {
        return Alert.newBuilder()
                .setRule(rule.name())
                .setModel(subject.model())
                .setTask(subject.task())
                .setDomain(subject.domain())
                .setState(state)
                .setSinceMs(standing.sinceMs())
                .setTimeMs(timeMs)
                .setValue(finding.value().isPresent() ? finding.value().getAsDouble() : null)
                .setLimit(finding.limit().isPresent() ? finding.limit().getAsDouble() : null)
                .setMessage(finding.message())
                .build();
    }

    /** What an alert is written under: the same when it is raised and when it is cleared. */
    static String key(Alert alert) {
        return "%s/%s/%s/%s"
                .formatted(
                        encoded(alert.getRule()),
                        encoded(alert.getModel()),
                        encoded(alert.getTask()),
                        alert.getDomain() == null ? "" : "domain=" + encoded(alert.getDomain()));
    }

    private static String encoded(@Nullable String name) {
        return name == null ? "" : URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}

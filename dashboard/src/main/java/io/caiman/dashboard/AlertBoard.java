package io.caiman.dashboard;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.AlertState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The alerts that are raised and not cleared, bounded; the newest first. */
final class AlertBoard {

    /** More are counted, not kept. */
    static final int MOST_ALERTS = 200;

    /**
     * An alert that is raised.
     *
     * @param sinceMs when its rule began to hold, milliseconds since the epoch
     */
    record Raised(
            String rule,
            Optional<String> model,
            Optional<String> task,
            Optional<String> domain,
            long sinceMs,
            OptionalDouble value,
            OptionalDouble limit,
            String message) {}

    private final Map<List<Object>, Raised> raised = new LinkedHashMap<>();
    private long notKept;

    /** Takes in an alert; false if nothing changed. */
    boolean put(Alert alert) {
        List<Object> key = Arrays.asList(alert.getRule(), alert.getModel(), alert.getTask(), alert.getDomain());
        if (alert.getState() == AlertState.CLEARED) {
            return raised.remove(key) != null;
        }
        if (raised.size() >= MOST_ALERTS && !raised.containsKey(key)) {
            notKept++;
            return false;
        }
        raised.put(
                key,
                new Raised(
                        alert.getRule(),
                        Optional.ofNullable(alert.getModel()),
                        Optional.ofNullable(alert.getTask()),
                        Optional.ofNullable(alert.getDomain()),
                        alert.getSinceMs(),
                        Figures.defined(alert.getValue()),
                        Figures.defined(alert.getLimit()),
                        alert.getMessage()));
        return true;
    }

    /** Alerts left out because there were too many. */
    long notKept() {
        return notKept;
    }

    List<Raised> newestFirst() {
        List<Raised> all = new ArrayList<>(raised.values());
        all.sort((one, other) -> Long.compare(other.sinceMs, one.sinceMs));
        return List.copyOf(all);
    }
}

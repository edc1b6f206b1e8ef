package io.caiman.jobs.alerts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.util.TimeUtils;

/** Reads rules from YAML: {@code conf/alerts.yaml} is one with all kinds and their defaults. */
public final class AlertRulesReader {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final String EXAMPLE = "conf/alerts.yaml";
    private static final int MOST_LOOKS = 1_000_000;
    private static final int DEFAULT_RAISE_AFTER = 2;
    private static final int DEFAULT_CLEAR_AFTER = 3;
    private static final String DEFAULT_WINDOW = "1h";
    private static final long DEFAULT_LEAST_IMPRESSIONS = 1_000;

    private AlertRulesReader() {}

    /**
     * The rules in a file.
     *
     * @throws IllegalArgumentException if it cannot be read or a rule is not as expected, naming file, rule and key
     */
    public static List<AlertRule> read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new IllegalArgumentException("--alerts: %s cannot be read: %s".formatted(file, e), e);
        }
    }

    /** The rules in a text that messages call by some name. */
    static List<AlertRule> parse(String source, String yaml) {
        JsonNode root;
        try {
            root = YAML.readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("%s is no YAML: %s".formatted(source, e.getOriginalMessage()), e);
        }
        JsonNode rules = root.path("rules");
        for (String key : keys(root)) {
            if (!key.equals("rules")) {
                throw new IllegalArgumentException("%s: unknown key %s = %s: expected 'rules' alone; remove it"
                        .formatted(source, key, root.get(key)));
            }
        }
        if (!rules.isArray() || rules.isEmpty()) {
            throw new IllegalArgumentException("%s: rules = %s: expected a list of rules; write one as in %s"
                    .formatted(source, shown(rules), EXAMPLE));
        }
        List<AlertRule> read = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode node : rules) {
            AlertRule rule = new Keys(source, node).rule();
            if (!names.add(rule.name())) {
                throw new IllegalArgumentException(
                        "%s: two rules are called '%s'; give each a name of its own".formatted(source, rule.name()));
            }
            read.add(rule);
        }
        return List.copyOf(read);
    }

    /**
     * Refuses rules that could never hold: about windows that nobody publishes, or against a window a day before where none
     * ends then.
     *
     * @param windows names of those that are published
     * @param pane time between their ends
     * @throws IllegalArgumentException naming the rule and what of it does not fit
     */
    public static void checkWindows(List<AlertRule> rules, List<String> windows, Duration pane) {
        for (AlertRule rule : rules) {
            if (rule instanceof AlertRule.OfWindow of && !windows.contains(of.window())) {
                throw new IllegalArgumentException(
                        "--alerts: rule '%s': window = %s: expected one of the windows that are published, %s; change it, or --window"
                                .formatted(rule.name(), of.window(), String.join(", ", windows)));
            }
            if (rule instanceof AlertRule.AucDrop && FigureWatch.DAY_MS % pane.toMillis() != 0) {
                throw new IllegalArgumentException(
                        "--alerts: rule '%s': when = auc-drop with panes of %s: expected panes that divide a day, for it compares with the window that ended a day before; change --pane, for example to 5min, or remove the rule"
                                .formatted(rule.name(), pane));
            }
        }
    }

    private static List<String> keys(JsonNode node) {
        List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "nothing" : value.toString();
    }

    /** The keys of one rule, each read once. */
    private static final class Keys {
        private final String source;
        private final JsonNode rule;
        private final Set<String> known = new LinkedHashSet<>();

        Keys(String source, JsonNode rule) {
            this.source = source;
            this.rule = rule;
        }

        AlertRule rule() {
            String name = text("name");
            try {
                AlertRule read = rule(name);
                for (String key : keys(rule)) {
                    if (!known.contains(key)) {
                        throw new IllegalArgumentException(
                                "unknown key %s = %s: expected only %s; remove it or mend its name"
                                        .formatted(key, rule.get(key), String.join(", ", known)));
                    }
                }
                return read;
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "%s: rule '%s': %s (%s has an example of each kind)"
                                .formatted(source, name, e.getMessage(), EXAMPLE),
                        e);
            }
        }

        private AlertRule rule(String name) {
            String kind = text("when");
            AlertRule.Patience patience = new AlertRule.Patience(
                    few("raise-after", DEFAULT_RAISE_AFTER), few("clear-after", DEFAULT_CLEAR_AFTER));
            return switch (kind) {
                case "auc-drop" ->
                    new AlertRule.AucDrop(
                            name,
                            patience,
                            window(),
                            whole("least-impressions", DEFAULT_LEAST_IMPRESSIONS),
                            number("by"));
                case "calibration-outside" ->
                    new AlertRule.CalibrationOutside(
                            name,
                            patience,
                            window(),
                            whole("least-impressions", DEFAULT_LEAST_IMPRESSIONS),
                            number("low"),
                            number("high"));
                case "domain-quiet" -> new AlertRule.DomainQuiet(name, patience, window(), duration("after"));
                case "dead-letter-rate" -> new AlertRule.DeadLetterRate(name, patience, number("per-minute"));
                case "health-warning" -> new AlertRule.HealthWarning(name, patience);
                case "consumer-lag" -> new AlertRule.ConsumerLag(name, patience, text("group"), whole("above"));
                default ->
                    throw new IllegalArgumentException(
                            "when: expected one of auc-drop, calibration-outside, domain-quiet, dead-letter-rate, health-warning, consumer-lag, got '%s'"
                                    .formatted(kind));
            };
        }

        private JsonNode take(String key) {
            known.add(key);
            return rule.path(key);
        }

        private String text(String key) {
            JsonNode value = take(key);
            if (!value.isTextual() || value.asText().isBlank()) {
                throw new IllegalArgumentException("%s: expected a text, got %s".formatted(key, shown(value)));
            }
            return value.asText();
        }

        private String window() {
            return take("window").isMissingNode() ? DEFAULT_WINDOW : text("window");
        }

        private long whole(String key, long otherwise) {
            return take(key).isMissingNode() ? otherwise : whole(key);
        }

        private long whole(String key) {
            JsonNode value = take(key);
            if (!value.canConvertToExactIntegral() || !value.canConvertToLong()) {
                throw new IllegalArgumentException("%s: expected a whole number, got %s".formatted(key, shown(value)));
            }
            return value.asLong();
        }

        private int few(String key, int otherwise) {
            long value = whole(key, otherwise);
            if (value < 1 || value > MOST_LOOKS) {
                throw new IllegalArgumentException("%s: expected 1 to %d, got %d".formatted(key, MOST_LOOKS, value));
            }
            return (int) value;
        }

        private double number(String key) {
            JsonNode value = take(key);
            if (!value.isNumber()) {
                throw new IllegalArgumentException("%s: expected a number, got %s".formatted(key, shown(value)));
            }
            return value.asDouble();
        }

        private Duration duration(String key) {
            try {
                return TimeUtils.parseDuration(text(key));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("%s: expected a time such as 30min or 6h".formatted(key), e);
            }
        }
    }
}

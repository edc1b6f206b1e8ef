package io.caiman.jobs.alerts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.flink.util.TimeUtils;

/** Reads rules from YAML: {@code conf/alerts.yaml} is one with all kinds and their defaults. */
public final class AlertRulesReader {

    private static final YAMLMapper YAML = new YAMLMapper();

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
        if (!rules.isArray() || rules.isEmpty() || root.size() != 1) {
            throw new IllegalArgumentException(
                    "%s: expected a list of rules under the one key 'rules'; conf/alerts.yaml has an example"
                            .formatted(source));
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

    /** The keys of one rule, each read once. */
    private static final class Keys {
        private final String source;
        private final JsonNode rule;
        private final Set<String> unread = new HashSet<>();

        Keys(String source, JsonNode rule) {
            this.source = source;
            this.rule = rule;
            for (Iterator<String> names = rule.fieldNames(); names.hasNext(); ) {
                unread.add(names.next());
            }
        }

        AlertRule rule() {
            String name = text("name");
            try {
                AlertRule read = rule(name);
                if (!unread.isEmpty()) {
                    throw new IllegalArgumentException("unknown key '%s'".formatted(String.join("', '", unread)));
                }
                return read;
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("%s: rule '%s': %s".formatted(source, name, e.getMessage()), e);
            }
        }

        private AlertRule rule(String name) {
            String kind = text("when");
            AlertRule.Patience patience = new AlertRule.Patience(
                    (int) whole("raise-after", DEFAULT_RAISE_AFTER), (int) whole("clear-after", DEFAULT_CLEAR_AFTER));
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
                case "consumer-lag" -> new AlertRule.ConsumerLag(name, patience, text("group"), (long) number("above"));
                default ->
                    throw new IllegalArgumentException(
                            "when: expected one of auc-drop, calibration-outside, domain-quiet, dead-letter-rate, health-warning, consumer-lag, got '%s'"
                                    .formatted(kind));
            };
        }

        private JsonNode take(String key) {
            unread.remove(key);
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
            return rule.has("window") ? text("window") : DEFAULT_WINDOW;
        }

        private long whole(String key, long otherwise) {
            JsonNode value = take(key);
            if (value.isMissingNode()) {
                return otherwise;
            }
            if (!value.canConvertToExactIntegral()) {
                throw new IllegalArgumentException("%s: expected a whole number, got %s".formatted(key, shown(value)));
            }
            return value.asLong();
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

        private static String shown(JsonNode value) {
            return value.isMissingNode() ? "nothing" : value.toString();
        }
    }
}

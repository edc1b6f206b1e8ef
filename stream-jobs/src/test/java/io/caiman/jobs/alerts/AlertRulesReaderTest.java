package io.caiman.jobs.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertRulesReaderTest {

    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    private static String rule(String keys) {
        return "rules:\n  - {name: r, " + keys + "}\n";
    }

    @Test
    void the_example_has_one_rule_of_each_kind_but_lag() {
        assertThat(AlertRulesReader.read(Path.of("../conf/alerts.yaml")))
                .containsExactly(
                        new AlertRule.AucDrop("AUC drop", new AlertRule.Patience(2, 3), "1h", 1_000, 0.02),
                        new AlertRule.CalibrationOutside(
                                "calibration", new AlertRule.Patience(2, 3), "1h", 1_000, 0.8, 1.25),
                        new AlertRule.DomainQuiet(
                                "quiet domain", new AlertRule.Patience(1, 1), "1h", Duration.ofHours(2)),
                        new AlertRule.DeadLetterRate("dead letters", new AlertRule.Patience(2, 3), 10),
                        new AlertRule.HealthWarning("model health", new AlertRule.Patience(3, 3)));
    }

    @Test
    void lag_names_its_group() {
        assertThat(AlertRulesReader.parse("t", rule("when: consumer-lag, group: g, above: 5")))
                .containsExactly(new AlertRule.ConsumerLag("r", new AlertRule.Patience(2, 3), "g", 5));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "when: sunshine; t: rule 'r': when: expected one of auc-drop, calibration-outside",
                "when: auc-drop; t: rule 'r': by: expected a number, got nothing",
                "when: auc-drop, by: 2; t: rule 'r': by: expected a drop of AUC above 0 and below 1, got 2.0",
                "when: auc-drop, by: 0.1, windows: 1h; t: rule 'r': unknown key windows = \"1h\": expected only name, when, raise-after, clear-after, window, least-impressions, by",
                "when: consumer-lag, group: g, above: 1.5; t: rule 'r': above: expected a whole number, got 1.5",
                "when: health-warning, raise-after: 4294967297; t: rule 'r': raise-after: expected 1 to",
                "when: health-warning, raise-after: 1, raise-after: 2; t is no YAML: Duplicate field 'raise-after'",
                "when: calibration-outside, low: 1.1, high: 1.2; t: rule 'r': low and high: expected a band around 1",
                "when: domain-quiet, after: soon; t: rule 'r': after: expected a time such as 30min or 6h",
                "when: dead-letter-rate, per-minute: -1; t: rule 'r': per-minute: expected 0 or more",
                "when: health-warning, raise-after: 0; t: rule 'r': raise-after: expected 1 to 1000000, got 0",
                "when: auc-drop, by: 0.1, least-impressions: -5; t: rule 'r': least-impressions: expected 0 or more, got -5",
                "when: calibration-outside, low: 0.8, high: 1.2, least-impressions: -1; t: rule 'r': least-impressions: expected 0 or more, got -1",
                "when: consumer-lag, above: 1; t: rule 'r': group: expected a text, got nothing",
            })
    void what_makes_no_sense_is_refused_by_rule_and_key(String keys, String message) {
        assertThatThrownBy(() -> AlertRulesReader.parse("t", rule(keys)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void rules_are_a_list_of_distinct_names() {
        assertThatThrownBy(() -> AlertRulesReader.parse("t", "alerts: []"))
                .hasMessage("t: unknown key alerts = []: expected 'rules' alone; remove it");
        assertThatThrownBy(() -> AlertRulesReader.parse("t", "rules: 3"))
                .hasMessage("t: rules = 3: expected a list of rules; write one as in conf/alerts.yaml");
        assertThatThrownBy(() -> AlertRulesReader.parse("t", "rules: [")).hasMessageContaining("t is no YAML");
        assertThatThrownBy(() -> AlertRulesReader.parse(
                        "t", rule("when: health-warning") + "  - {name: r, when: health-warning}\n"))
                .hasMessageContaining("two rules are called 'r'");
        assertThatThrownBy(() -> AlertRulesReader.read(Path.of("no-such-file")))
                .hasMessageContaining("--alerts: no-such-file cannot be read");
    }

    @Test
    void a_rule_about_a_window_that_nobody_publishes_is_refused() {
        List<AlertRule> rules = AlertRulesReader.parse("t", rule("when: domain-quiet, window: 2h, after: 3h"));
        AlertRulesReader.checkWindows(rules, List.of("1h", "2h"), FIVE_MINUTES);
        assertThatThrownBy(() -> AlertRulesReader.checkWindows(rules, List.of("1h", "24h"), FIVE_MINUTES))
                .hasMessageContaining("rule 'r': window = 2h: expected one of the windows that are published, 1h, 24h");
    }

    @Test
    void a_rule_against_the_day_before_is_refused_where_no_window_ends_a_day_before_another() {
        List<AlertRule> drop = AlertRulesReader.parse("t", rule("when: auc-drop, by: 0.1"));
        AlertRulesReader.checkWindows(drop, List.of("1h"), FIVE_MINUTES);
        assertThatThrownBy(() -> AlertRulesReader.checkWindows(drop, List.of("1h"), Duration.ofMinutes(7)))
                .hasMessageContaining("rule 'r': when = auc-drop with panes of PT7M: expected panes that divide a day");
        List<AlertRule> band = AlertRulesReader.parse("t", rule("when: calibration-outside, low: 0.8, high: 1.2"));
        AlertRulesReader.checkWindows(band, List.of("1h"), Duration.ofMinutes(7));
    }
}

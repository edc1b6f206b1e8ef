package io.caiman.jobs.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.schemas.avro.Alert;
import io.caiman.schemas.avro.AlertState;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.FileOrigin;
import io.caiman.schemas.avro.HealthReport;
import io.caiman.schemas.avro.HealthWarning;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.WarningKind;
import io.caiman.schemas.avro.WindowKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AlertsTest {

    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;
    private static final AlertRule.Patience AT_ONCE = new AlertRule.Patience(1, 1);
    private static final AlertRule.AucDrop DROP =
            new AlertRule.AucDrop("drop", new AlertRule.Patience(2, 2), "1h", 100, 0.05);

    private static DomainMetrics window(
            @Nullable String domain, long endMs, long impressions, @Nullable Double auc, @Nullable Double calibration) {
        return DomainMetrics.newBuilder()
                .setModel("m")
                .setTask("click")
                .setDomain(domain)
                .setKind(WindowKind.ROLLING)
                .setWindow("1h")
                .setStartMs(endMs - HOUR)
                .setEndMs(endMs)
                .setImpressions(impressions)
                .setPositives(impressions / 2)
                .setUsers(3)
                .setAuc(auc)
                .setCalibration(calibration)
                .build();
    }

    private static <T> KeyedOneInputStreamOperatorTestHarness<String, T, Alert> harness(
            KeyedProcessFunction<String, T, Alert> function) throws Exception {
        return new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(function), record -> "key", Types.STRING);
    }

    private static List<String> told(OneInputStreamOperatorTestHarness<?, Alert> harness) {
        List<String> told = new ArrayList<>();
        for (Alert alert : harness.extractOutputValues()) {
            told.add("%s %s %s since %d at %d"
                    .formatted(
                            alert.getRule(),
                            alert.getDomain(),
                            alert.getState(),
                            alert.getSinceMs() / HOUR,
                            alert.getTimeMs() / HOUR));
        }
        return told;
    }

    @Test
    void a_drop_against_the_day_before_is_told_of_and_its_end_too() throws Exception {
        try (var harness = harness(new FigureAlerts(List.of(DROP)))) {
            harness.open();
            for (int hour = 0; hour < 24; hour++) {
                harness.processElement(window("a", hour * HOUR, 200, 0.8, 1.0), 0);
            }
            assertThat(told(harness)).isEmpty();
            double[] aucs = {0.79, 0.7, 0.7, 0.7, 0.757, 0.77, 0.77, 0.8};
            for (int hour = 0; hour < aucs.length; hour++) {
                harness.processElement(window("a", DAY + hour * HOUR, 200, aucs[hour], 1.0), 0);
            }
            assertThat(told(harness)).containsExactly("drop a RAISED since 25 at 26", "drop a CLEARED since 25 at 30");
            Alert raised = harness.extractOutputValues().get(0);
            assertThat(raised.getValue()).isCloseTo(0.1, within(1e-12));
            assertThat(raised.getLimit()).isEqualTo(0.05);
            assertThat(raised.getMessage())
                    .isEqualTo("AUC over 1h is 0.7000, 0.8000 a day before: a drop of 0.1000, limit 0.0500");
        }
    }

    @Test
    void windows_with_too_little_or_nothing_to_compare_are_passed_over() throws Exception {
        try (var harness = harness(new FigureAlerts(List.of(DROP)))) {
            harness.open();
            harness.processElement(window("a", 0, 200, 0.8, null), 0);
            harness.processElement(window("a", HOUR, 99, 0.8, null), 0);
            harness.processElement(window("a", 2 * HOUR, 200, null, null), 0);
            harness.processElement(window("a", DAY, 200, 0.5, null), 0); // holds
            harness.processElement(window("a", DAY + HOUR, 200, 0.5, null), 0); // nothing to compare with
            harness.processElement(window("a", DAY + 2 * HOUR, 200, 0.5, null), 0); // likewise
            harness.processElement(window("a", DAY + 3 * HOUR, 50, 0.1, null), 0); // too little
            assertThat(told(harness)).isEmpty();
        }
    }

    @Test
    void a_revision_changes_what_is_compared_with_and_is_no_look_of_its_own() throws Exception {
        AlertRule.AucDrop atOnce = new AlertRule.AucDrop("drop", AT_ONCE, "1h", 100, 0.05);
        try (var harness = harness(new FigureAlerts(List.of(atOnce)))) {
            harness.open();
            harness.processElement(window("a", 0, 200, 0.9, null), 0);
            harness.processElement(window("a", HOUR, 200, 0.6, null), 0);
            harness.processElement(window("a", 0, 210, 0.6, null), 0); // revised
            harness.processElement(window("a", DAY, 200, 0.6, null), 0);
            harness.processElement(window("a", DAY, 200, 0.1, null), 0); // revised, too late to be looked at
            assertThat(told(harness)).isEmpty();
        }
    }

    @Test
    void standings_and_figures_survive_a_restart() throws Exception {
        OperatorSubtaskState state;
        try (var harness = harness(new FigureAlerts(List.of(DROP)))) {
            harness.open();
            harness.processElement(window("a", 0, 200, 0.8, null), 0);
            harness.processElement(window("a", HOUR, 200, 0.8, null), 0);
            harness.processElement(window("a", DAY, 200, 0.7, null), 0);
            state = harness.snapshot(1, 1);
        }
        try (var harness = harness(new FigureAlerts(List.of(DROP)))) {
            harness.initializeState(state);
            harness.open();
            harness.processElement(window("a", DAY + HOUR, 200, 0.7, null), 0);
            assertThat(told(harness)).containsExactly("drop a RAISED since 24 at 25");
        }
    }

    @Test
    void calibration_is_watched_on_both_sides() throws Exception {
        AlertRule rule = new AlertRule.CalibrationOutside("band", AT_ONCE, "1h", 100, 0.8, 1.25);
        try (var harness = harness(new FigureAlerts(List.of(rule)))) {
            harness.open();
            double[] calibrations = {1.0, 1.24, 1.26, 1.22, 1.19, 0.81, 0.79, 0.83, 0.85};
            for (int hour = 0; hour < calibrations.length; hour++) {
                harness.processElement(window("a", hour * HOUR, 200, 0.8, calibrations[hour]), 0);
            }
            assertThat(told(harness))
                    .containsExactly(
                            "band a RAISED since 2 at 2",
                            "band a CLEARED since 2 at 4",
                            "band a RAISED since 6 at 6",
                            "band a CLEARED since 6 at 8");
        }
    }

    @Test
    void a_domain_called_null_is_not_taken_for_all_domains() throws Exception {
        AlertRule rule = new AlertRule.CalibrationOutside("band", AT_ONCE, "1h", 100, 0.8, 1.25);
        try (var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new FigureAlerts(List.of(rule))), AlertsTopology::scope, Types.STRING)) {
            harness.open();
            harness.processElement(window(null, HOUR, 200, 0.8, 1.0), 0);
            harness.processElement(window("null", HOUR, 200, 0.8, 2.0), 0);
            assertThat(told(harness)).containsExactly("band null RAISED since 1 at 1");
            assertThat(harness.extractOutputValues().get(0).getDomain()).isEqualTo("null");
        }
    }

    @Test
    void a_domain_that_went_quiet_is_told_of_until_it_is_back() throws Exception {
        AlertRule rule = new AlertRule.DomainQuiet("quiet", AT_ONCE, "1h", Duration.ofHours(3));
        try (var harness = harness(new QuietAlerts(List.of(rule)))) {
            harness.open();
            for (int hour = 0; hour < 12; hour++) {
                harness.processElement(window("busy", hour * HOUR, 9, null, null), 0);
                if (hour < 2 || hour > 8) {
                    harness.processElement(window("quiet", hour * HOUR, 9, null, null), 0);
                }
                harness.processElement(window(null, hour * HOUR, 9, null, null), 0);
            }
            assertThat(told(harness))
                    .containsExactly("quiet quiet RAISED since 4 at 4", "quiet quiet CLEARED since 4 at 9");
            assertThat(harness.extractOutputValues().get(0).getMessage())
                    .isEqualTo("no impressions in any 1h window for 180 min");
        }
    }

    @Test
    void windows_over_all_domains_that_are_published_again_are_no_looks_for_quiet_domains() throws Exception {
        AlertRule rule = new AlertRule.DomainQuiet("quiet", AT_ONCE, "1h", Duration.ofHours(2));
        try (var harness = harness(new QuietAlerts(List.of(rule)))) {
            harness.open();
            long minute = HOUR / 60;
            harness.processElement(window("a", 12 * HOUR, 9, null, null), 0);
            harness.processElement(window(null, 14 * HOUR, 9, null, null), 0);
            harness.processElement(window(null, 14 * HOUR - 5 * minute, 10, null, null), 0); // revised
            harness.processElement(window(null, 14 * HOUR, 10, null, null), 0); // revised
            assertThat(told(harness)).containsExactly("quiet a RAISED since 14 at 14");
        }
    }

    private static ModelHealth health(int hour, boolean warns) {
        HealthReport report = HealthReport.newBuilder()
                .setCrossEntropy(0.5)
                .setCovarianceLoss(0.0)
                .setWeightNorm(1)
                .setGradientNorm(1)
                .setAbundances(List.of())
                .setGates(List.of())
                .setExperts(List.of())
                .setWarnings(warns ? List.of(new HealthWarning(WarningKind.COLLAPSE, "item: 8 to 2")) : List.of())
                .build();
        return new ModelHealth("m", hour * HOUR, 1L, 0L, report);
    }

    @Test
    void a_models_own_warnings_are_told_of() throws Exception {
        AlertRule rule = new AlertRule.HealthWarning("health", new AlertRule.Patience(2, 1));
        try (var harness = harness(new HealthAlerts(List.of(rule)))) {
            harness.open();
            boolean[] warns = {true, false, true, true, true, false, false};
            for (int hour = 0; hour < warns.length; hour++) {
                harness.processElement(health(hour, warns[hour]), 0);
            }
            assertThat(told(harness))
                    .containsExactly("health null RAISED since 2 at 3", "health null CLEARED since 2 at 5");
            assertThat(harness.extractOutputValues().get(0).getMessage()).isEqualTo("item: 8 to 2");
        }
    }

    private static DeadLetter letter() {
        return new DeadLetter(new FileOrigin("f", 1L), null, "why", "replay");
    }

    @Test
    void dead_letters_are_counted_over_a_minute_of_the_clock() throws Exception {
        AlertRule rule = new AlertRule.DeadLetterRate("letters", AT_ONCE, 10);
        try (OneInputStreamOperatorTestHarness<DeadLetter, Alert> harness = new OneInputStreamOperatorTestHarness<>(
                new ClockAlerts(List.of(rule), group -> OptionalLong.empty()))) {
            harness.open();
            long now = 0;
            for (int look = 0; look < 30; look++) {
                // Ten a minute are allowed; for half a minute there are thirty.
                for (int i = 0; i < (look >= 10 && look < 13 ? 5 : 1); i++) {
                    harness.processElement(letter(), 0);
                }
                now += ClockAlerts.LOOK_EVERY.toMillis();
                harness.setProcessingTime(now);
            }
            List<Alert> alerts = harness.extractOutputValues();
            assertThat(alerts).extracting(Alert::getState).containsExactly(AlertState.RAISED, AlertState.CLEARED);
            // 5 + 5 + 1 + 1 + 1 + 1 is the first minute above ten, at the twelfth look.
            assertThat(alerts.get(0).getValue()).isEqualTo(14);
            assertThat(alerts.get(0).getTimeMs()).isEqualTo(120_000);
            // Only when the last of the many is out of the minute are there eight or less.
            assertThat(alerts.get(1).getTimeMs()).isEqualTo(190_000);
        }
    }

    @Test
    void consumers_that_are_behind_are_told_of() throws Exception {
        AlertRule rule = new AlertRule.ConsumerLag("lag", AT_ONCE, "g", 1_000);
        try (OneInputStreamOperatorTestHarness<DeadLetter, Alert> harness = new OneInputStreamOperatorTestHarness<>(
                new ClockAlerts(List.of(rule), group -> OptionalLong.of(Behind.RECORDS.get())))) {
            harness.open();
            Look look = new Look(harness);
            Behind.RECORDS.set(2_000);
            Awaitility.await().until(() -> look.again() == 1);
            Behind.RECORDS.set(900); // not over the limit, and not clearly under it
            for (int i = 0; i < 20; i++) {
                look.again();
            }
            assertThat(harness.extractOutputValues()).hasSize(1);
            Behind.RECORDS.set(700);
            Awaitility.await().until(() -> look.again() == 2);
            assertThat(harness.extractOutputValues())
                    .extracting(Alert::getState)
                    .containsExactly(AlertState.RAISED, AlertState.CLEARED);
            assertThat(harness.extractOutputValues().get(0).getMessage())
                    .isEqualTo("consumer group g is 2,000 records behind, limit 1,000");
        }
    }

    @Test
    void a_raised_alert_about_dead_letters_stands_through_a_restart_and_is_not_taken_for_over_before_a_minute_is_known()
            throws Exception {
        AlertRule rule = new AlertRule.DeadLetterRate("letters", new AlertRule.Patience(1, 2), 10);
        OperatorSubtaskState state;
        try (var harness = clockAlerts(rule, group -> OptionalLong.empty())) {
            harness.open();
            for (int i = 0; i < 11; i++) {
                harness.processElement(letter(), 0);
            }
            harness.setProcessingTime(ClockAlerts.LOOK_EVERY.toMillis());
            assertThat(harness.extractOutputValues())
                    .extracting(Alert::getState)
                    .containsExactly(AlertState.RAISED);
            state = harness.snapshot(1, 1);
        }
        try (var harness = clockAlerts(rule, group -> OptionalLong.empty())) {
            harness.initializeState(state);
            harness.open();
            Look look = new Look(harness);
            // Twelve a minute, as before.
            for (int i = 0; i < 20; i++) {
                harness.processElement(letter(), 0);
                harness.processElement(letter(), 0);
                assertThat(look.again()).as("neither cleared nor raised again").isZero();
            }
            for (int i = 0; i < 6; i++) {
                look.again();
            }
            assertThat(harness.extractOutputValues())
                    .extracting(Alert::getState)
                    .containsExactly(AlertState.CLEARED);
            assertThat(harness.extractOutputValues().get(0).getSinceMs()).isEqualTo(ClockAlerts.LOOK_EVERY.toMillis());
        }
    }

    @Test
    void looks_in_a_row_go_on_after_a_restart_in_every_kind_of_rule() throws Exception {
        AlertRule quiet = new AlertRule.DomainQuiet("quiet", new AlertRule.Patience(2, 1), "1h", Duration.ofHours(2));
        OperatorSubtaskState quietState;
        try (var harness = harness(new QuietAlerts(List.of(quiet)))) {
            harness.open();
            harness.processElement(window("a", 0, 9, null, null), 0);
            harness.processElement(window(null, 2 * HOUR, 9, null, null), 0);
            quietState = harness.snapshot(1, 1);
            assertThat(told(harness)).isEmpty();
        }
        try (var harness = harness(new QuietAlerts(List.of(quiet)))) {
            harness.initializeState(quietState);
            harness.open();
            harness.processElement(window(null, 3 * HOUR, 9, null, null), 0);
            assertThat(told(harness)).containsExactly("quiet a RAISED since 2 at 3");
        }
        AlertRule warned = new AlertRule.HealthWarning("health", new AlertRule.Patience(2, 1));
        OperatorSubtaskState healthState;
        try (var harness = harness(new HealthAlerts(List.of(warned)))) {
            harness.open();
            harness.processElement(health(1, true), 0);
            healthState = harness.snapshot(1, 1);
        }
        try (var harness = harness(new HealthAlerts(List.of(warned)))) {
            harness.initializeState(healthState);
            harness.open();
            harness.processElement(health(2, true), 0);
            assertThat(told(harness)).containsExactly("health null RAISED since 1 at 2");
        }
    }

    @Test
    void a_lag_that_cannot_be_asked_for_changes_nothing_until_it_can() throws Exception {
        AlertRule rule = new AlertRule.ConsumerLag("lag", AT_ONCE, "g", 1_000);
        try (var harness = clockAlerts(rule, group -> {
            Behind.ASKED.incrementAndGet();
            return switch (Behind.RECORDS.intValue()) {
                case -1 -> throw new IllegalStateException("no broker answers");
                case -2 -> OptionalLong.empty();
                default -> OptionalLong.of(Behind.RECORDS.get());
            };
        })) {
            harness.open();
            Look look = new Look(harness);
            Behind.RECORDS.set(2_000);
            Awaitility.await().until(() -> look.again() == 1);
            for (int unreachable : new int[] {-1, -2}) {
                Behind.RECORDS.set(unreachable);
                long asked = Behind.ASKED.get();
                Awaitility.await().until(() -> {
                    look.again();
                    return Behind.ASKED.get() > asked + 5;
                });
            }
            assertThat(harness.extractOutputValues()).as("still raised").hasSize(1);
            Behind.RECORDS.set(0);
            Awaitility.await().until(() -> look.again() == 2);
            assertThat(harness.extractOutputValues())
                    .extracting(Alert::getState)
                    .containsExactly(AlertState.RAISED, AlertState.CLEARED);
        }
    }

    private static OneInputStreamOperatorTestHarness<DeadLetter, Alert> clockAlerts(AlertRule rule, LagProbe probe)
            throws Exception {
        return new OneInputStreamOperatorTestHarness<>(new ClockAlerts(List.of(rule), probe));
    }

    /** Lets the clock go on to the next look, and tells how many alerts there are then. */
    private static final class Look {
        private final OneInputStreamOperatorTestHarness<DeadLetter, Alert> harness;
        private long nowMs;

        Look(OneInputStreamOperatorTestHarness<DeadLetter, Alert> harness) {
            this.harness = harness;
        }

        int again() throws Exception {
            nowMs += ClockAlerts.LOOK_EVERY.toMillis();
            harness.setProcessingTime(nowMs);
            return harness.extractOutputValues().size();
        }
    }

    /** Outlives the copy that Flink makes of a function. */
    private static final class Behind {
        static final AtomicLong RECORDS = new AtomicLong();
        static final AtomicLong ASKED = new AtomicLong();
    }
}

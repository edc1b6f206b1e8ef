package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both stages with the clock and the watermark in the test's hand. */
@SuppressWarnings("try") // closing the stages may be interrupted
class StagesTest {

    private static final Panes PANES = new Panes(10_000, 30_000);
    private static final long REFRESH = 1_000;

    @Test
    void every_cumulative_record_covers_the_same_impressions_in_all_its_figures() throws Exception {
        List<Prediction> all = Reference.predictions(1, 600, 20, 50_000, 100);
        try (Stages stages = Stages.start(PANES, REFRESH, false)) {
            for (int i = 0; i < all.size(); i++) {
                stages.process(all.get(i));
                if (i % 7 == 0) {
                    stages.watermark(all.get(i).getEventTimeMs());
                }
                if (i % 50 == 49) {
                    stages.clock(i * 1_000L);
                    stages.clock((i + 1) * 1_000L);
                    Map<String, DomainMetrics> expected = Reference.cumulative(all.subList(0, i + 1));
                    Map<String, DomainMetrics> published =
                            Reference.latest(stages.takeRecords(), WindowKind.CUMULATIVE);
                    assertThat(published).isNotEmpty();
                    published.forEach((key, metrics) -> Reference.assertSame(expected.get(key), metrics));
                }
            }
        }
    }

    @Test
    void cumulative_records_come_at_most_once_per_refresh_and_only_if_something_changed() throws Exception {
        try (Stages stages = Stages.start(PANES, REFRESH, false)) {
            stages.process(prediction(1, "u1", true, 0.5), prediction(2, "u1", false, 0.5));
            stages.clock(999);
            assertThat(stages.takeRecords()).isEmpty();
            stages.clock(1_000);
            stages.clock(2_000);
            // One record of the domain and one of all domains.
            assertThat(stages.takeRecords())
                    .extracting(DomainMetrics::getImpressions)
                    .containsExactly(2L, 2L);
            stages.clock(100_000);
            assertThat(stages.takeRecords()).isEmpty();
        }
    }

    @Test
    void undefined_figures_are_absent() throws Exception {
        try (Stages stages = Stages.start(PANES, REFRESH, false)) {
            stages.process(prediction(1, "u1", false, 0.25), prediction(2, "u2", false, 0.75));
            stages.watermark(9_999);
            assertThat(stages.takeRecords()).hasSize(2).allSatisfy(metrics -> {
                assertThat(metrics.getImpressions()).isEqualTo(2);
                assertThat(metrics.getUsers()).isZero();
                assertThat(metrics.getAuc()).isNull();
                assertThat(metrics.getGauc()).isNull();
                assertThat(metrics.getCalibration()).isNull();
                assertThat(metrics.getLogLoss()).isNotNull();
            });
        }
    }

    @Test
    void a_window_without_impressions_is_not_published_and_its_neighbours_are() throws Exception {
        try (Stages stages = Stages.start(PANES, REFRESH, false)) {
            stages.process(prediction(5_000, "u1", true, 0.5), prediction(95_000, "u1", false, 0.5));
            stages.watermark(Long.MAX_VALUE);
            assertThat(rolling(stages))
                    .extracting(DomainMetrics::getEndMs)
                    .containsExactly(10_000L, 20_000L, 30_000L, 100_000L, 110_000L, 120_000L);
        }
    }

    @Test
    void a_late_prediction_counts_in_the_cumulative_figures_and_in_the_windows_not_over_yet() throws Exception {
        List<Prediction> inTime = List.of(
                prediction(5_000, "u1", true, 0.5),
                prediction(15_000, "u1", false, 0.6),
                prediction(25_000, "u2", true, 0.7));
        Prediction partlyLate = prediction(6_000, "u1", false, 0.4);
        Prediction late = prediction(7_000, "u2", false, 0.9);
        try (Stages stages = Stages.start(PANES, REFRESH, false)) {
            stages.process(inTime.toArray(Prediction[]::new));
            stages.watermark(19_999);
            stages.process(partlyLate);
            stages.watermark(29_999);
            stages.process(late);
            stages.watermark(Long.MAX_VALUE);

            List<DomainMetrics> records = stages.takeRecords();
            Map<String, DomainMetrics> expected = new TreeMap<>();
            for (long end = 10_000; end <= 50_000; end += 10_000) {
                List<Prediction> seen = end <= 20_000
                        ? inTime
                        : Stream.concat(inTime.stream(), Stream.of(partlyLate)).toList();
                for (Scope scope : List.of(Scope.ofDomain("m", "click", "feed"), Scope.overall("m", "click"))) {
                    long start = end - PANES.window();
                    DomainMetrics metrics = Reference.figures(
                            scope, WindowKind.ROLLING, Reference.within(seen, start, end), start, end);
                    expected.put(Records.key(metrics), metrics);
                }
            }
            Reference.assertSame(Reference.latest(records, WindowKind.ROLLING), expected);
            List<Prediction> all =
                    Stream.concat(inTime.stream(), Stream.of(partlyLate, late)).toList();
            Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), Reference.cumulative(all));
            assertThat(stages.counter(UserStage.LATE)).isEqualTo(1);
            assertThat(stages.counter(UserStage.PARTLY_LATE)).isEqualTo(1);
        }
    }

    @Test
    void a_window_that_a_late_prediction_missed_does_not_see_it_though_the_second_stage_is_behind() throws Exception {
        List<Prediction> inTime = List.of(prediction(5_000, "u1", true, 0.5), prediction(5_001, "u1", false, 0.4));
        try (Stages stages = Stages.start(PANES, REFRESH, false)) {
            stages.process(inTime.toArray(Prediction[]::new));
            stages.usersWatermark(9_999);
            stages.process(prediction(6_000, "u1", false, 0.6));
            stages.clock(1_000);
            stages.clock(2_000);
            stages.takeRecords();
            stages.watermark(9_999);
            assertThat(rolling(stages)).allSatisfy(metrics -> {
                assertThat(metrics.getImpressions()).isEqualTo(2);
                assertThat(metrics.getGauc()).isEqualTo(1.0);
                assertThat(metrics.getAuc()).isEqualTo(1.0);
            });
            stages.watermark(19_999);
            assertThat(rolling(stages)).allSatisfy(metrics -> {
                assertThat(metrics.getImpressions()).isEqualTo(3);
                assertThat(metrics.getGauc()).isEqualTo(0.5);
                assertThat(metrics.getAuc()).isEqualTo(0.5);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void restored_from_a_snapshot_in_the_middle_of_a_window_the_figures_are_those_of_an_undisturbed_run(boolean rocks)
            throws Exception {
        List<Prediction> all = Reference.predictions(2, 500, 15, 50_000, 200);
        List<DomainMetrics> records = new ArrayList<>();
        Stages stages = Stages.start(PANES, REFRESH, rocks);
        for (int i = 0; i < all.size(); i++) {
            stages.process(all.get(i));
            if (i % 30 == 29) {
                stages.watermark(all.get(i).getEventTimeMs());
                stages.clock(i * 100L);
            }
            if (i % 100 == 50) {
                records.addAll(stages.takeRecords());
                Stages.Snapshot snapshot = stages.snapshot();
                // What came after the snapshot is lost with the process and comes again.
                stages.process(all.get(i + 1));
                stages.clock(i * 100L + 5_000);
                stages.close();
                stages = Stages.restore(PANES, REFRESH, rocks, snapshot);
                stages.watermark(all.get(i - 21).getEventTimeMs());
            }
        }
        stages.watermark(Long.MAX_VALUE);
        records.addAll(stages.takeRecords());
        stages.close();

        Reference.assertSame(Reference.latest(records, WindowKind.ROLLING), Reference.rolling(all, PANES));
        Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), Reference.cumulative(all));
    }

    @Test
    void state_of_past_windows_expires() throws Exception {
        try (Stages stages = Stages.start(PANES, REFRESH, false)) {
            stages.process(prediction(5_000, "u1", true, 0.5), prediction(15_000, "u1", false, 0.5));
            stages.watermark(1_000_000);
            stages.clock(10_000);
            stages.clock(20_000);
            // In each of the two scopes the user's history and the cumulative figures.
            assertThat(stages.stateEntries()).isEqualTo(4);
            assertThat(stages.eventTimers()).isZero();
        }
    }

    @Test
    void names_with_separators_do_not_collide() {
        DomainMetrics one = metrics("m/click", "like", "x");
        assertThat(Records.key(one)).isNotEqualTo(Records.key(metrics("m", "click/like", "x")));
        assertThat(Records.key(metrics("m", "t", "overall")))
                .isNotEqualTo(Records.key(
                        Reference.figures(Scope.overall("m", "t"), WindowKind.CUMULATIVE, List.of(), 0, 1)));
    }

    private static DomainMetrics metrics(String model, String task, String domain) {
        return Reference.figures(Scope.ofDomain(model, task, domain), WindowKind.CUMULATIVE, List.of(), 0, 1);
    }

    private static List<DomainMetrics> rolling(Stages stages) {
        return stages.takeRecords().stream()
                .filter(metrics -> metrics.getKind() == WindowKind.ROLLING && metrics.getDomain() == null)
                .toList();
    }

    private static Prediction prediction(long eventTime, String user, boolean label, double score) {
        return new Prediction("i" + eventTime, 0, 0L, eventTime, "m", 0L, "feed", user, "click", label, score);
    }
}

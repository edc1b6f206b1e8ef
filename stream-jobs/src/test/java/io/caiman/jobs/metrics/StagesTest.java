package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.predictions.Buckets;
import io.caiman.jobs.predictions.Scope;
import io.caiman.model.evaluation.RankedScores;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both stages with the clock and the watermark in the test's hand. */
@SuppressWarnings("try") // closing the stages may be interrupted
class StagesTest {

    private static final Panes PANES = new Panes(10_000, List.of(30_000L), 0, Panes.FOR_EVER);
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
                    long start = end - PANES.longest();
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
                stages = Stages.restore(PANES, List.of(), REFRESH, rocks, snapshot);
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
    void state_of_past_windows_expires_and_with_a_history_that_of_past_users() throws Exception {
        for (long history : new long[] {Panes.FOR_EVER, 60_000}) {
            Panes panes = new Panes(10_000, List.of(30_000L), 10_000, history);
            try (Stages stages = Stages.start(panes, REFRESH, false)) {
                stages.process(prediction(5_000, "u1", true, 0.5), prediction(15_000, "u1", false, 0.5));
                stages.watermark(20_000);
                stages.snapshot();
                // Of each of the two scopes itself and its panes; one log; how far each bucket is.
                assertThat(stages.stateEntries()).isEqualTo(4 + 1 + Buckets.COUNT);
                stages.watermark(1_000_000);
                stages.clock(10_000);
                stages.snapshot();
                assertThat(stages.stateEntries()).isEqualTo(2 + (history == Panes.FOR_EVER ? 1 : 0) + Buckets.COUNT);
            }
        }
    }

    @Test
    void late_and_out_of_order_predictions_correct_their_windows_and_only_these_are_published_again() throws Exception {
        Panes panes = new Panes(10_000, List.of(20_000L, 60_000L), 30_000, Panes.FOR_EVER);
        for (long seed = 0; seed < 5; seed++) {
            List<Prediction> all = Reference.predictions(seed, 800, 12, 50_000, 200);
            List<Prediction> arriving = Reference.outOfOrder(all, seed, 25_000);
            try (Stages stages = Stages.start(panes, REFRESH, false)) {
                long watermark = 0;
                for (int i = 0; i < arriving.size(); i++) {
                    stages.process(arriving.get(i));
                    // Far ahead of what is still to come, so that a quarter is late, but never too late.
                    watermark = Math.max(watermark, arriving.get(i).getEventTimeMs() - 5_000);
                    if (i % 11 == 0) {
                        stages.watermark(watermark);
                    }
                    if (i % 70 == 0) {
                        stages.clock(i * 100L);
                    }
                }
                stages.watermark(Long.MAX_VALUE);
                List<DomainMetrics> records = stages.takeRecords();
                Reference.assertSame(Reference.latest(records, WindowKind.ROLLING), Reference.rolling(all, panes));
                Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), Reference.cumulative(all));
                assertThat(stages.counter(UserStage.LATE) + stages.counter(UserStage.PARTLY_LATE))
                        .isZero();
                assertRevisionsCountUp(records);
                assertThat(records).anyMatch(metrics -> metrics.getRevision() > 1);
            }
        }
    }

    @Test
    void a_corrected_window_survives_a_restore_between_its_publications() throws Exception {
        Panes panes = new Panes(10_000, List.of(20_000L), 20_000, Panes.FOR_EVER);
        Prediction[] inTime = {prediction(5_000, "u1", true, 0.5), prediction(15_000, "u1", false, 0.6)};
        Prediction late = prediction(6_000, "u1", false, 0.4);
        Stages stages = Stages.start(panes, REFRESH, true);
        stages.process(inTime);
        stages.watermark(19_999);
        assertThat(rolling(stages)).extracting(DomainMetrics::getRevision).containsExactly(0, 0);
        stages.process(late);
        Stages.Snapshot snapshot = stages.snapshot();
        stages.close();
        try (Stages restored = Stages.restore(panes, List.of(), REFRESH, true, snapshot)) {
            restored.clock(1_000);
            List<DomainMetrics> corrected = rolling(restored);
            assertThat(corrected).extracting(DomainMetrics::getRevision).containsExactly(1, 1);
            assertThat(corrected).extracting(DomainMetrics::getEndMs).containsExactly(10_000L, 20_000L);
            List<Prediction> all =
                    Stream.concat(Stream.of(inTime), Stream.of(late)).toList();
            Map<String, DomainMetrics> expected = Reference.rolling(all, panes);
            corrected.forEach(metrics -> Reference.assertSame(expected.get(Records.key(metrics)), metrics));
            restored.watermark(Long.MAX_VALUE);
            Map<String, DomainMetrics> rest = Reference.latest(restored.takeRecords(), WindowKind.ROLLING);
            rest.forEach((key, metrics) -> Reference.assertSame(expected.get(key), metrics));
            assertThat(rest).isNotEmpty();
        }
    }

    @Test
    void a_checkpoint_does_not_hold_what_came_while_it_was_written() throws Exception {
        Prediction[] before = {prediction(5_000, "u1", true, 0.5), prediction(6_000, "u1", false, 0.6)};
        Prediction[] after = {prediction(7_000, "u2", true, 0.5), prediction(8_000, "u2", false, 0.4)};
        Stages.Snapshot first;
        try (Stages stages = Stages.start(PANES, REFRESH, false)) {
            stages.process(before);
            first = stages.snapshotWhile(after);
        }
        Stages.Snapshot second;
        try (Stages restored = Stages.restore(PANES, List.of(), REFRESH, false, first)) {
            second = restored.snapshotWhile(after);
        }
        for (Stages.Snapshot snapshot : List.of(first, second)) {
            try (Stages restored = Stages.restore(PANES, List.of(), REFRESH, false, snapshot)) {
                restored.clock(REFRESH);
                Reference.assertSame(
                        Reference.latest(restored.takeRecords(), WindowKind.CUMULATIVE),
                        Reference.cumulative(List.of(before)));
            }
        }
    }

    @Test
    void count_windows_are_over_the_last_impressions_by_event_time_at_each_end_of_a_pane() throws Exception {
        Panes panes = new Panes(10_000, List.of(30_000L), 0, Panes.FOR_EVER);
        List<Prediction> all = Reference.predictions(4, 700, 9, 50_000, 150);
        List<Prediction> arriving = Reference.outOfOrder(all, 4, 3_000);
        List<Integer> counts = List.of(20, 150);
        List<DomainMetrics> records = new ArrayList<>();
        Stages stages = Stages.start(panes, counts, REFRESH, false);
        for (int i = 0; i < arriving.size(); i++) {
            stages.process(arriving.get(i));
            if (i % 13 == 0) {
                stages.watermark(arriving.get(i).getEventTimeMs() - 3_000);
            }
            if (i == 400) {
                records.addAll(stages.takeRecords());
                Stages.Snapshot snapshot = stages.snapshot();
                stages.close();
                stages = Stages.restore(panes, counts, REFRESH, false, snapshot);
            }
        }
        stages.watermark(Long.MAX_VALUE);
        records.addAll(stages.takeRecords());
        stages.close();
        Map<String, DomainMetrics> expected = new TreeMap<>(Reference.last(all, 20));
        expected.putAll(Reference.last(all, 150));
        Reference.assertSame(Reference.latest(records, WindowKind.COUNT), expected);
        // Also those in between.
        for (DomainMetrics metrics : records) {
            if (metrics.getKind() == WindowKind.COUNT) {
                Scope scope = Records.scope(metrics);
                long end = panes.start(metrics.getEndMs()) + panes.length();
                int count = Integer.parseInt(metrics.getWindow().substring("last ".length()));
                List<Prediction> own = Reference.of(Reference.within(all, 0, end), scope);
                Reference.assertSame(metrics, Reference.last(scope, own, count));
            }
        }
    }

    @Test
    void a_prediction_too_late_for_every_rolling_window_is_in_the_count_windows_from_the_next_tick_on()
            throws Exception {
        List<Integer> counts = List.of(2);
        Stages stages = Stages.start(PANES, counts, REFRESH, false);
        stages.process(
                prediction(5_000, "u1", true, 0.5),
                prediction(6_000, "u1", false, 0.6),
                prediction(95_000, "u1", "search", true, 0.7));
        stages.watermark(79_999);
        stages.process(prediction(7_000, "u1", true, 0.9));
        Stages.Snapshot snapshot = stages.snapshot();
        stages.takeRecords();
        for (boolean restored : new boolean[] {false, true}) {
            if (restored) {
                stages = Stages.restore(PANES, counts, REFRESH, false, snapshot);
            }
            stages.clock(1_000);
            assertThat(stages.takeRecords())
                    .filteredOn(metrics -> metrics.getKind() == WindowKind.COUNT)
                    .hasSize(2) // of the domain and of all domains
                    .allSatisfy(metrics -> {
                        assertThat(metrics.getStartMs()).isEqualTo(6_000);
                        assertThat(metrics.getEndMs()).isEqualTo(7_000);
                        assertThat(metrics.getImpressions()).isEqualTo(2);
                        assertThat(metrics.getAuc()).isEqualTo(1.0);
                    });
            stages.clock(2_000);
            assertThat(stages.takeRecords()).noneMatch(metrics -> metrics.getKind() == WindowKind.COUNT);
            stages.close();
        }
    }

    @Test
    void with_a_history_cumulative_gauc_is_over_that_much_and_everything_else_over_all() throws Exception {
        Panes panes = new Panes(10_000, List.of(20_000L), 10_000, 40_000);
        List<Prediction> all = Reference.predictions(6, 600, 8, 50_000, 200);
        List<DomainMetrics> records = new ArrayList<>();
        Stages stages = Stages.start(panes, REFRESH, false);
        long watermark = 0;
        for (int i = 0; i < all.size(); i++) {
            stages.process(all.get(i));
            if (i % 9 == 0) {
                watermark = all.get(i).getEventTimeMs() - 1;
                stages.watermark(watermark);
            }
            if (i == 300) {
                Stages.Snapshot snapshot = stages.snapshot();
                stages.close();
                stages = Stages.restore(panes, List.of(), REFRESH, false, snapshot);
            }
        }
        stages.clock(10_000);
        records.addAll(stages.takeRecords());
        stages.close();
        Map<String, DomainMetrics> expected = Reference.cumulative(all);
        List<Prediction> recent = Reference.within(all, panes.closedBy(watermark) - panes.history(), Long.MAX_VALUE);
        assertThat(recent).hasSizeLessThan(all.size() / 2);
        expected.values().forEach(metrics -> {
            DomainMetrics ofRecent = Reference.figures(Records.scope(metrics), WindowKind.CUMULATIVE, recent, 0, 0);
            metrics.setGauc(ofRecent.getGauc());
            metrics.setUsers(ofRecent.getUsers());
        });
        Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), expected);
    }

    @Test
    void a_heavy_user_is_counted_exactly_in_every_window_and_domain() throws Exception {
        Panes panes = new Panes(10_000, List.of(60_000L, 20_000L), 10_000, Panes.FOR_EVER);
        int size = 100_000;
        int domains = 3;
        Random random = new Random(9);
        double[] scores = new double[size];
        boolean[] labels = new boolean[size];
        try (Stages stages = Stages.start(panes, REFRESH, false)) {
            for (int i = 0; i < size; i++) {
                scores[i] = random.nextInt(50_000) / 50_000.0;
                labels[i] = random.nextDouble() < scores[i];
                stages.process(prediction(i / 2, "heavy", "domain" + i % domains, labels[i], scores[i]));
                if (i % 5_000 == 0) {
                    stages.watermark(i / 2 - 1);
                    stages.clock(i);
                }
            }
            stages.watermark(Long.MAX_VALUE);
            List<DomainMetrics> rolling = stages.takeRecords().stream()
                    .filter(metrics -> metrics.getKind() == WindowKind.ROLLING)
                    .toList();
            assertThat(rolling).hasSize((1 + domains) * (10 + 6));
            for (DomainMetrics metrics : rolling) {
                int[] own = IntStream.range(0, size)
                        .filter(i -> i / 2 >= metrics.getStartMs() && i / 2 < metrics.getEndMs())
                        .filter(i -> metrics.getDomain() == null
                                || metrics.getDomain().equals("domain" + i % domains))
                        .toArray();
                boolean[] ownLabels = new boolean[own.length];
                for (int i = 0; i < own.length; i++) {
                    ownLabels[i] = labels[own[i]];
                }
                double auc = RankedScores.of(
                                Arrays.stream(own).mapToDouble(i -> scores[i]).toArray(), ownLabels)
                        .auc()
                        .orElseThrow();
                String about = Records.key(metrics);
                assertThat(metrics.getImpressions()).as(about).isEqualTo(own.length);
                assertThat(metrics.getGauc()).as(about).isCloseTo(auc, Offset.offset(1e-9));
                assertThat(metrics.getAuc()).as(about).isCloseTo(auc, Offset.offset(1e-5));
            }
        }
    }

    @Test
    void more_cumulative_figures_than_fit_a_refresh_tick_take_turns_and_those_of_all_domains_come_at_every_one()
            throws Exception {
        int domains = 5 * ScopeStage.MOST_AT_A_TICK / 2;
        List<Prediction> all = new ArrayList<>();
        try (Stages stages = Stages.start(PANES, REFRESH, false)) {
            for (int i = 0; i < domains; i++) {
                all.add(prediction(i, "u" + i % 7, "domain" + i, i % 3 == 0, i % 5 / 5.0));
                stages.process(all.get(i));
            }
            List<DomainMetrics> records = new ArrayList<>();
            for (int tick = 1; tick <= 6; tick++) {
                Prediction one = prediction(domains + tick, "u", "domain0", true, 0.5);
                all.add(one);
                stages.process(one);
                stages.clock(tick * 1_000L);
                List<DomainMetrics> ofTick = stages.takeRecords();
                assertThat(ofTick)
                        .hasSizeBetween(1, ScopeStage.MOST_AT_A_TICK)
                        .anyMatch(metrics -> metrics.getDomain() == null);
                records.addAll(ofTick);
            }
            Map<String, DomainMetrics> latest = Reference.latest(records, WindowKind.CUMULATIVE);
            assertThat(latest.keySet().size()).isEqualTo(domains + 1);
            // All but one domain have the last of their impressions at the first tick.
            Map<Scope, Long> last = all.stream().collect(Collectors.toMap(StagesTest::domainOf, p -> 1L, Long::sum));
            latest.forEach((key, metrics) -> {
                Scope scope = Records.scope(metrics);
                if (!scope.isOverall()) {
                    assertThat(metrics.getImpressions()).as(key).isEqualTo(last.get(scope));
                }
            });
        }
    }

    private static Scope domainOf(Prediction prediction) {
        return Scope.ofDomain(prediction.getModel(), prediction.getTask(), prediction.getDomain());
    }

    private static void assertRevisionsCountUp(List<DomainMetrics> records) {
        Map<String, Integer> revisions = new TreeMap<>();
        for (DomainMetrics metrics : records) {
            if (metrics.getKind() == WindowKind.ROLLING) {
                int next = revisions.merge(Records.key(metrics), 1, Integer::sum) - 1;
                assertThat(metrics.getRevision()).as(Records.key(metrics)).isEqualTo(next);
            }
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
        return prediction(eventTime, user, "feed", label, score);
    }

    private static Prediction prediction(long eventTime, String user, String domain, boolean label, double score) {
        return new Prediction("i" + eventTime, 0, 0L, eventTime, "m", 0L, domain, user, "click", label, score);
    }
}

package io.caiman.jobs.leaderboard;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.jobs.options.LeastEvidence;
import io.caiman.jobs.options.WatermarkOptions;
import io.caiman.jobs.predictions.IncomingPrediction;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairing and comparing, record by record. */
class StagesTest {

    private static final long START = 1_700_000_000_123L;
    private static final long OUT_OF_ORDER_MS = 5_000;
    private static final long LAG_MS = 90_000;
    private static final LeaderboardOptions OPTIONS = new LeaderboardOptions(
            Reference.BASELINE,
            Duration.ofSeconds(20),
            List.of(Duration.ofSeconds(40), Duration.ofSeconds(100)),
            Duration.ofSeconds(300),
            new WatermarkOptions(Duration.ofSeconds(5), Duration.ofSeconds(30), List.of(), Duration.ofMinutes(10)),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            1_000_000,
            100_000,
            new LeastEvidence(20, 20, 8));

    @ParameterizedTest
    @CsvSource({"false, 0", "false, 90000", "true, 90000"})
    void every_comparison_equals_a_recomputation_though_a_model_lags_behind(boolean rocks, long lag) throws Exception {
        List<Prediction> all = Reference.predictions(3, 1_500, 40, START, 300);
        List<ModelComparison> records = new ArrayList<>();
        try (Stages stages = Stages.start(OPTIONS, rocks)) {
            feed(stages, arriving(all, lag), new Random(5));
            stages.watermark(Long.MAX_VALUE);
            records.addAll(stages.takeRecords());
            assertThat(stages.counter(PairingStage.LATE)).isZero();
            assertThat(stages.counter(PairingStage.UNPAIRED)).isPositive();
        }
        Reference.assertSame(Reference.latest(records, WindowKind.ROLLING), Reference.rolling(all, OPTIONS));
        Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), Reference.cumulative(all, OPTIONS));
        assertThat(records.stream().filter(r -> r.getTooLittle() == null)).isNotEmpty();
        assertThat(records.stream().filter(r -> r.getTooLittle() != null)).isNotEmpty();
        if (lag == 0) {
            assertThat(records.stream().filter(r -> r.getKind() == WindowKind.ROLLING))
                    .as("each window is published once")
                    .allMatch(r -> r.getRevision() == 0)
                    .doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_job_restored_mid_window_publishes_what_one_that_was_never_stopped_does(boolean rocks) throws Exception {
        List<Prediction> all = Reference.predictions(4, 900, 40, START, 300);
        List<Prediction> arriving = arriving(all, LAG_MS);
        List<ModelComparison> records = new ArrayList<>();
        Stages.Snapshot snapshot;
        try (Stages stages = Stages.start(OPTIONS, rocks)) {
            feed(stages, arriving.subList(0, 1_100), new Random(6));
            snapshot = stages.snapshot();
            records.addAll(stages.takeRecords());
            // Lost with the failure.
            feed(stages, arriving.subList(1_100, 1_400), new Random(7));
        }
        try (Stages stages = Stages.restore(OPTIONS, rocks, snapshot)) {
            feed(stages, arriving.subList(1_100, arriving.size()), new Random(8));
            stages.watermark(Long.MAX_VALUE);
            records.addAll(stages.takeRecords());
        }
        Reference.assertSame(Reference.latest(records, WindowKind.ROLLING), Reference.rolling(all, OPTIONS));
        Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), Reference.cumulative(all, OPTIONS));
    }

    @Test
    void a_window_that_gained_pairs_after_its_end_is_revised_once_by_the_clock_alone() throws Exception {
        List<Prediction> all = Reference.predictions(9, 100, 10, START, 100);
        List<Prediction> ofBaseline = of(all, Reference.BASELINE);
        List<Prediction> ofChallenger = of(all, "challenger");
        int early = ofChallenger.size() / 2;
        try (Stages stages = Stages.start(OPTIONS, false)) {
            stages.clock(1);
            stages.process(ofBaseline.toArray(Prediction[]::new));
            stages.process(ofChallenger.subList(0, early).toArray(Prediction[]::new));
            long watermark = START + 60_000;
            stages.watermark(watermark);
            assertThat(rolling(stages.takeRecords())).isNotEmpty().allMatch(r -> r.getRevision() == 0);

            stages.process(ofChallenger.subList(early, ofChallenger.size()).toArray(Prediction[]::new));
            stages.clock(4_999);
            assertThat(rolling(stages.takeRecords()))
                    .as("not before the revision interval")
                    .isEmpty();
            stages.clock(5_000);
            List<ModelComparison> revised = rolling(stages.takeRecords());
            assertThat(revised.stream().map(Comparisons::key)).isNotEmpty().doesNotHaveDuplicates();
            assertThat(revised).anyMatch(r -> r.getRevision() == 1);
            Map<String, ModelComparison> expected = Reference.rolling(
                    Stream.concat(ofBaseline.stream(), ofChallenger.stream()).toList(), OPTIONS);
            revised.forEach(r -> Reference.assertSame(r, requireNonNull(expected.get(Comparisons.key(r)))));
            stages.clock(60_000);
            assertThat(rolling(stages.takeRecords())).as("nothing has changed").isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 60000", "30, 0", "30, 60000"})
    void a_window_that_gained_pairs_after_its_end_and_before_a_failure_is_revised_wherever_the_watermark_begins_anew(
            int early, long begin) throws Exception {
        List<Prediction> all = Reference.predictions(9, 100, 10, START, 100);
        List<Prediction> both = Stream.concat(of(all, Reference.BASELINE).stream(), of(all, "challenger").stream())
                .toList();
        int inTime = of(all, Reference.BASELINE).size() + early;
        List<ModelComparison> records = new ArrayList<>();
        Stages.Snapshot snapshot;
        try (Stages stages = Stages.start(OPTIONS, false)) {
            stages.clock(1);
            stages.process(both.subList(0, inTime).toArray(Prediction[]::new));
            stages.watermark(START + 60_000);
            stages.process(both.subList(inTime, both.size()).toArray(Prediction[]::new));
            records.addAll(stages.takeRecords());
            snapshot = stages.snapshot();
        }
        try (Stages stages = Stages.restore(OPTIONS, false, snapshot)) {
            stages.watermark(START + begin);
            stages.clock(60_000);
            stages.watermark(START + 10_000_000);
            records.addAll(stages.takeRecords());
        }
        Reference.assertSame(Reference.latest(records, WindowKind.ROLLING), Reference.rolling(both, OPTIONS));
    }

    @Test
    void what_finds_no_partner_comes_too_late_twice_or_with_another_label_is_counted_and_not_compared()
            throws Exception {
        Prediction example = Reference.predictions(1, 1, 1, START, 1).get(0);
        try (Stages stages = Stages.start(OPTIONS, false)) {
            stages.process(
                    prediction(example, 1, "champion", true),
                    prediction(example, 1, "challenger", true),
                    prediction(example, 1, "challenger", true), // repeated
                    prediction(example, 1, "champion", true), // repeated
                    prediction(example, 2, "champion", true),
                    prediction(example, 2, "challenger", false),
                    prediction(example, 3, "champion", true), // alone
                    prediction(example, 4, "challenger", true),
                    prediction(example, 4, "other", true));
            stages.clock(1_000);
            assertThat(stages.waiting()).isEqualTo(7);
            stages.watermark(START + 400_000);
            stages.process(prediction(example, 3, "challenger", true)); // late
            stages.clock(2_000);
            ModelComparison overall = stages.takeRecords().stream()
                    .filter(r -> r.getDomain() == null && r.getKind() == WindowKind.ROLLING)
                    .findFirst()
                    .orElseThrow();
            assertThat(overall.getImpressions()).isEqualTo(1);
            assertThat(overall.getTooLittle())
                    .isEqualTo("1 positives of at least 20, 0 negatives of at least 20, 1 users of at least 8");
            assertThat(overall.getAuc()).isNull();
            assertThat(overall.getDifference()).isNull();
            assertThat(stages.counter(PairingStage.REPEATED)).isEqualTo(2);
            assertThat(stages.counter(PairingStage.CONTRADICTORY)).isEqualTo(1);
            assertThat(stages.counter(PairingStage.UNPAIRED)).isEqualTo(3);
            assertThat(stages.counter(PairingStage.LATE)).isEqualTo(1);
            assertThat(stages.waiting()).isZero();
            assertThat(stages.logEntries()).isZero();
        }
    }

    @Test
    void of_more_impressions_than_allowed_the_same_sample_is_compared_whatever_came_first() throws Exception {
        LeaderboardOptions few = new LeaderboardOptions(
                OPTIONS.baseline(),
                OPTIONS.step(),
                OPTIONS.windows(),
                OPTIONS.patience(),
                OPTIONS.watermarks(),
                OPTIONS.refresh(),
                OPTIONS.revision(),
                OPTIONS.mostWaiting(),
                150,
                OPTIONS.least());
        List<Prediction> all = Reference.predictions(12, 900, 40, START, 100);
        Set<Long> least = leastRanks(all, 150);
        List<Prediction> sampled =
                all.stream().filter(p -> least.contains(impression(p))).toList();
        ModelComparison expected = overall(Reference.cumulative(sampled, few).values());
        for (List<Prediction> order : List.of(all, arriving(all, LAG_MS))) {
            try (Stages stages = Stages.start(few, false)) {
                feed(stages, order, new Random(13));
                stages.watermark(Long.MAX_VALUE);
                List<ModelComparison> records = stages.takeRecords();
                assertThat(records).allMatch(r -> r.getImpressions() <= 150);
                ModelComparison last =
                        overall(Reference.latest(records, WindowKind.CUMULATIVE).values());
                ModelComparison whole = ModelComparison.newBuilder(expected)
                        .setStartMs(last.getStartMs()) // those of all impressions, not of the sample
                        .setEndMs(last.getEndMs())
                        .build();
                Reference.assertSame(last, whole);
            }
        }
    }

    @Test
    void more_predictions_than_may_wait_pair_with_what_is_there_and_leave_no_trace() throws Exception {
        LeaderboardOptions crowded = new LeaderboardOptions(
                OPTIONS.baseline(),
                OPTIONS.step(),
                OPTIONS.windows(),
                OPTIONS.patience(),
                OPTIONS.watermarks(),
                OPTIONS.refresh(),
                OPTIONS.revision(),
                256,
                OPTIONS.mostPairs(),
                OPTIONS.least());
        List<Prediction> all = Reference.predictions(16, 900, 40, START, 100);
        try (Stages stages = Stages.start(crowded, false)) {
            stages.process(of(all, Reference.BASELINE).toArray(Prediction[]::new));
            stages.process(of(all, "challenger").toArray(Prediction[]::new));
            stages.clock(1_000);
            assertThat(stages.waiting()).isBetween(200, 256);
            stages.watermark(Long.MAX_VALUE);
            long pairs = overall(Reference.latest(stages.takeRecords(), WindowKind.CUMULATIVE)
                            .values())
                    .getImpressions();
            assertThat(pairs).isBetween(150L, 256L);
            assertThat(stages.counter(PairingStage.CROWDED_OUT))
                    .isEqualTo(of(all, Reference.BASELINE).size()
                            + of(all, "challenger").size()
                            - 256);
            assertThat(stages.waiting()).isZero();
            assertThat(stages.logEntries()).isZero();
        }
    }

    @Test
    void what_was_given_up_before_a_restore_is_late_after_it_though_the_watermark_begins_anew() throws Exception {
        Prediction example = Reference.predictions(1, 1, 1, START, 1).get(0);
        Stages.Snapshot snapshot;
        try (Stages stages = Stages.start(OPTIONS, true)) {
            stages.process(prediction(example, 1, "champion", true));
            stages.watermark(START + 400_000);
            snapshot = stages.snapshot();
        }
        try (Stages stages = Stages.restore(OPTIONS, true, snapshot)) {
            stages.process(prediction(example, 1, "challenger", true));
            stages.clock(1_000);
            assertThat(stages.counter(PairingStage.LATE)).isEqualTo(1);
            assertThat(stages.waiting()).isZero();
        }
    }

    @Test
    void a_restored_job_whose_watermark_begins_anew_leaves_windows_alone_that_are_settled() throws Exception {
        List<Prediction> all = Reference.predictions(14, 60, 10, START, 100);
        Stages.Snapshot snapshot;
        try (Stages stages = Stages.start(OPTIONS, false)) {
            stages.process(all.toArray(Prediction[]::new));
            stages.watermark(START + 10_000_000);
            stages.takeRecords();
            snapshot = stages.snapshot();
        }
        try (Stages stages = Stages.restore(OPTIONS, false, snapshot)) {
            Prediction old = all.get(0);
            stages.process(prediction(old, 1_000, "champion", true), prediction(old, 1_000, "challenger", true));
            stages.watermark(START + 10_000_001);
            assertThat(rolling(stages.takeRecords())).isEmpty();
        }
    }

    @Test
    void what_no_window_needs_any_more_is_dropped() throws Exception {
        List<Prediction> all = Reference.predictions(15, 300, 10, START, 1_000);
        try (Stages stages = Stages.start(OPTIONS, false)) {
            stages.clock(1);
            stages.process(all.toArray(Prediction[]::new));
            stages.clock(10_000);
            stages.watermark(START + 10_000_000);
            assertThat(stages.waiting()).isZero();
            assertThat(stages.logEntries()).isZero();
            assertThat(stages.eventTimers()).isZero();
            // Of 2 models on 4 domains and overall: all pairs so far, and what is settled.
            assertThat(stages.comparisonEntries()).isEqualTo(2 * 5 * 2);
        }
    }

    /** Watermarks are those of the models that do not lag; the clock runs on. */
    private static void feed(Stages stages, List<Prediction> predictions, Random random) throws Exception {
        long clock = 1;
        long latest = Long.MIN_VALUE;
        for (Prediction prediction : predictions) {
            stages.process(prediction);
            latest = Math.max(latest, prediction.getEventTimeMs());
            if (random.nextInt(20) == 0) {
                stages.watermark(latest - OUT_OF_ORDER_MS);
            }
            if (random.nextInt(100) == 0) {
                clock += random.nextInt(3_000);
                stages.clock(clock);
            }
        }
    }

    private static List<Prediction> arriving(List<Prediction> all, long lag) {
        return Reference.arriving(all, 17, OUT_OF_ORDER_MS, Map.of("challenger", lag));
    }

    private static List<Prediction> of(List<Prediction> all, String model) {
        return all.stream().filter(p -> p.getModel().equals(model)).toList();
    }

    private static List<ModelComparison> rolling(List<ModelComparison> records) {
        return records.stream().filter(r -> r.getKind() == WindowKind.ROLLING).toList();
    }

    private static ModelComparison overall(Collection<ModelComparison> comparisons) {
        return comparisons.stream()
                .filter(r -> r.getDomain() == null && r.getModel().equals("challenger"))
                .findFirst()
                .orElseThrow();
    }

    /** Impressions that both champion and challenger scored, those with the least ranks. */
    private static Set<Long> leastRanks(List<Prediction> all, int most) {
        Set<Long> ofChallenger =
                of(all, "challenger").stream().map(StagesTest::impression).collect(Collectors.toSet());
        return of(all, Reference.BASELINE).stream()
                .map(StagesTest::impression)
                .filter(ofChallenger::contains)
                .sorted(Comparator.comparingLong(Pairs::rank))
                .limit(most)
                .collect(Collectors.toSet());
    }

    private static long impression(Prediction prediction) {
        return IncomingPrediction.of(prediction).impression();
    }

    private static Prediction prediction(Prediction example, long offset, String model, boolean label) {
        return Prediction.newBuilder(example)
                .setImpressionId("x" + offset)
                .setImpressionPartition(7)
                .setImpressionOffset(offset)
                .setModel(model)
                .setLabel(label)
                .build();
    }
}

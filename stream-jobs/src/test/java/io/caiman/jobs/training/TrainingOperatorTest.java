package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.caiman.jobs.checkpoints.CheckpointRoom;
import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.DeadLetters;
import io.caiman.jobs.rows.RowStoreOptions;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.Evicted;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Pipeline;
import io.caiman.model.train.StepResult;
import io.caiman.model.train.Trainer;
import io.caiman.model.train.TrainingStep;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.GateUse;
import io.caiman.schemas.avro.HealthReport;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.OffsetRange;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.RowTombstone;
import io.caiman.schemas.avro.SkippedStep;
import io.caiman.schemas.avro.Slot;
import io.caiman.schemas.avro.TopicOrigin;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.RocksDBKeyedStateBackend;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class TrainingOperatorTest {

    private static final int MAX_PARALLELISM = 128;
    private static final int BATCH = 8;
    private static final RecordCodec<Impression> CODEC = RecordCodec.of(Impression.class);

    private static final ModelSpec SPEC = SpecReader.parse("test", """
            name: crocodile
            task: click
            domains: [a, b]
            features: [user, item, domain, tag]
            embedding: {dimension: 4}
            experts: {count: 2, layers: [8, 4]}
            towers: [4]
            wide:
              mode: per-impression
              crosses: {pairs: [[user, tag]]}
              factors: {features: [user, item], dimension: 3}
            batch: {size: 8, max-wait-millis: 0}
            health: {every-steps: 2}
            """);

    /** A network with statistics, and without experts. */
    private static final ModelSpec STAR = SpecReader.parse("test", """
            name: crocodile
            task: click
            domains: [a, b]
            features: [user, item, domain, tag]
            network: star
            embedding: {dimension: 4}
            layers: [8, 4]
            batch: {size: 8, max-wait-millis: 0}
            health: {every-steps: 2}
            """);

    /** Less than a batch's rows, so that rows really go through the keyed state. */
    private static final RowStoreOptions TINY_CACHE = new RowStoreOptions(1500, 4000, 2);

    private static final RowStoreOptions CACHE = new RowStoreOptions(1 << 20, 0, 2);

    @Test
    void predictions_are_those_of_the_trainer_without_flink_in_the_order_of_arrival() throws Exception {
        List<Impression> impressions = impressions(5 * BATCH);
        try (Harness harness = new Harness(SPEC, TINY_CACHE)) {
            harness.open();
            harness.send(impressions);

            assertThat(harness.scores()).containsExactlyElementsOf(scoresWithoutFlink(impressions));
            assertThat(harness.predictions())
                    .extracting(Prediction::getImpressionId)
                    .containsExactlyElementsOf(
                            impressions.stream().map(Impression::getId).toList());
            assertThat(harness.predictions().get(2 * BATCH).getStep()).isEqualTo(2);
        }
    }

    @Test
    void a_job_restored_in_the_middle_of_a_mini_batch_gives_what_an_uninterrupted_one_gives() throws Exception {
        List<Impression> impressions = impressions(6 * BATCH);
        List<Double> uninterrupted = scoresWithoutFlink(impressions);
        int killed = 2 * BATCH + 3;
        OperatorSubtaskState checkpoint;
        List<Double> scores = new ArrayList<>();
        try (Harness harness = new Harness(SPEC, CACHE)) {
            harness.open();
            harness.send(impressions.subList(0, killed));
            checkpoint = harness.snapshot();
            scores.addAll(harness.scores());
            // Learned after the checkpoint, and lost with the kill.
            harness.send(impressions.subList(killed, impressions.size()));
        }
        try (Harness harness = new Harness(SPEC, TINY_CACHE)) {
            harness.restore(checkpoint);
            harness.send(impressions.subList(killed, impressions.size()));
            scores.addAll(harness.scores());
        }
        assertThat(scores).containsExactlyElementsOf(uninterrupted);
    }

    @Test
    void rows_written_shortly_before_a_checkpoint_are_in_it_as_the_last_mini_batch_left_them() throws Exception {
        List<Impression> impressions = impressions(40 * BATCH);
        int killed = 30 * BATCH + 3;
        List<Double> scores = new ArrayList<>();
        OperatorSubtaskState checkpoint;
        try (Harness harness = new Harness(SPEC, CACHE)) {
            harness.open();
            harness.time(0);
            harness.snapshot(1);
            harness.time(1_000);
            harness.send(impressions.subList(0, 20 * BATCH));
            harness.snapshot(2);
            harness.time(1_900);
            harness.send(impressions.subList(20 * BATCH, killed));
            checkpoint = harness.snapshot(3);
            scores.addAll(harness.scores());
        }
        try (Harness harness = new Harness(SPEC, TINY_CACHE)) {
            harness.restore(checkpoint);
            harness.send(impressions.subList(killed, impressions.size()));
            scores.addAll(harness.scores());
        }
        assertThat(scores).containsExactlyElementsOf(scoresWithoutFlink(impressions));
    }

    @Test
    void rows_begin_to_be_written_before_the_first_checkpoint_whenever_it_comes_and_shortly_before_the_next()
            throws Exception {
        try (Harness harness = new Harness(SPEC, CACHE, Pipeline.EXACT, 1_000)) {
            harness.time(0);
            harness.open();
            harness.send(ofUsers("first", 20 * BATCH));
            harness.time(199);
            harness.send(ofUsers("first", BATCH));
            assertThat(harness.stateEntries()).isZero();
            awaitMoreRows(harness, 200);
            harness.send(ofUsers("second", 20 * BATCH));
            awaitMoreRows(harness, 400);

            harness.time(500);
            harness.snapshot(1);
            int stored = harness.stateEntries();
            harness.send(ofUsers("third", 20 * BATCH));
            harness.time(1_299);
            harness.send(ofUsers("third", BATCH));
            assertThat(harness.stateEntries()).isEqualTo(stored);
            awaitMoreRows(harness, 1_300);
        }
    }

    /** Rows are written beside mini-batches that are learned from when they are asked for or later. */
    private static void awaitMoreRows(Harness harness, long millis) throws Exception {
        int before = harness.stateEntries();
        harness.time(millis);
        await().pollInSameThread().untilAsserted(() -> {
            harness.send(impressions(BATCH));
            assertThat(harness.stateEntries()).isGreaterThan(before);
        });
    }

    private static List<Impression> ofUsers(String prefix, int count) {
        List<Impression> impressions = impressions(count);
        impressions.forEach(impression -> impression.setUser(prefix + impression.getUser()));
        return impressions;
    }

    @Test
    void rows_come_and_go_as_without_flink_also_across_a_restart() throws Exception {
        List<Impression> impressions = daily(impressions(60 * BATCH));
        int killed = 31 * BATCH + 3;
        List<Double> scores = new ArrayList<>();
        List<RowTombstone> tombstones = new ArrayList<>();
        OperatorSubtaskState checkpoint;
        try (Harness harness = new Harness(FORGETFUL, TINY_CACHE)) {
            harness.open();
            harness.send(impressions.subList(0, killed));
            checkpoint = harness.snapshot();
            scores.addAll(harness.scores());
            tombstones.addAll(harness.tombstones());
        }
        try (Harness harness = new Harness(FORGETFUL, CACHE)) {
            harness.restore(checkpoint);
            harness.send(impressions.subList(killed, impressions.size()));
            scores.addAll(harness.scores());
            tombstones.addAll(harness.tombstones());
        }

        List<Evicted> evicted = new ArrayList<>();
        assertThat(scores).containsExactlyElementsOf(scoresWithoutFlink(FORGETFUL, impressions, evicted));
        assertThat(tombstones)
                .extracting(RowTombstone::getRowKey, RowTombstone::getFeature, RowTombstone::getScore)
                .containsExactlyElementsOf(evicted.stream()
                        .map(row -> tuple(row.key(), row.feature(), row.score()))
                        .toList());
        assertThat(evicted).extracting(Evicted::reason).contains(Evicted.Reason.LOW_SCORE, Evicted.Reason.OVER_BUDGET);
        assertThat(tombstones).allMatch(tombstone -> tombstone.getModel().equals("crocodile"));
    }

    /** Rows are admitted late and given up soon. */
    private static final ModelSpec FORGETFUL = SpecReader.parse(
            "forgetful",
            SpecReader.write(SPEC)
                    .replace("min-count: 1", "min-count: 2")
                    .replace("row-budget: 0", "row-budget: 20")
                    .replaceFirst("min-score: [0-9.]+", "min-score: 0.15"));

    /** The same a quarter of a day apart. */
    private static List<Impression> daily(List<Impression> impressions) {
        for (int i = 0; i < impressions.size(); i++) {
            impressions.get(i).setEventTimeMs(i * 21_600_000L);
        }
        return impressions;
    }

    @Test
    void the_task_fills_further_mini_batches_while_so_many_are_learned_from_and_no_more() throws Exception {
        try (Harness harness = new Harness(SPEC, CACHE)) {
            harness.open();
            for (int batches = 1; batches <= 20; batches++) {
                harness.send(impressions(BATCH));
                assertThat(harness.predictionsAtOnce())
                        .hasSizeBetween((batches - TrainingOperator.MOST_LEARNING) * BATCH, batches * BATCH);
            }
            assertThat(harness.predictions()).hasSize(20 * BATCH);
        }
    }

    @Test
    void there_is_no_snapshot_of_a_mini_batch_that_is_learned_from() throws Exception {
        try (Harness harness = new Harness(SPEC, CACHE)) {
            harness.open();
            harness.send(impressions(BATCH));

            // Nobody has asked for the result yet, so it is not published, however quick the learner was.
            assertThatThrownBy(() -> harness.flink.snapshot(1, 1)).rootCause().hasMessageContaining("1 mini-batches");
        }
    }

    @Test
    void an_end_of_log_record_closes_the_pending_mini_batch() throws Exception {
        try (Harness harness = new Harness(SPEC, CACHE)) {
            harness.open();
            harness.send(impressions(3));
            assertThat(harness.predictions()).isEmpty();

            harness.send(new ConsumedRecord("impressions", 0, 3, null, true));

            assertThat(harness.predictions()).hasSize(3);
            assertThat(harness.deadLetters()).isEmpty();
        }
    }

    @Test
    void a_mini_batch_does_not_wait_longer_than_the_spec_says() throws Exception {
        ModelSpec patient = SPEC.withBatch(new io.caiman.model.spec.BatchSpec(BATCH, 500));
        try (Harness harness = new Harness(patient, CACHE)) {
            harness.open();
            harness.time(1000);
            harness.send(impressions(3));
            harness.time(1499);
            assertThat(harness.predictions()).isEmpty();

            harness.time(1500);
            assertThat(harness.predictions()).hasSize(3);

            harness.time(1600);
            harness.send(impressions(BATCH + 1));
            harness.time(1800);
            assertThat(harness.predictions()).as("full batches do not wait").hasSize(3 + BATCH);
        }
    }

    @Test
    void the_wait_of_a_skipped_mini_batch_does_not_cut_short_that_of_the_next() throws Exception {
        ModelSpec patient = LARGE.withBatch(new io.caiman.model.spec.BatchSpec(BATCH, 500));
        try (Harness harness = new Harness(patient, CACHE)) {
            harness.open();
            harness.time(1000);
            harness.send(withOneTooLarge(BATCH));
            assertThat(harness.health())
                    .extracting(ModelHealth::getSkippedSteps)
                    .containsExactly(1L);
            harness.time(1200);
            harness.send(impressions(3));

            harness.time(1699);
            assertThat(harness.predictions()).hasSize(BATCH - 1);
            harness.time(1700);
            assertThat(harness.predictions()).hasSize(BATCH - 1 + 3);
        }
    }

    @Test
    void records_that_cannot_be_learned_from_are_dead_letters_and_the_stream_goes_on() throws Exception {
        byte[] noise = {1, 2, 3};
        List<Impression> good = impressions(BATCH);
        Impression foreign =
                Impression.newBuilder(good.get(0)).setDomain("elsewhere").build();
        Impression unlabelled =
                Impression.newBuilder(good.get(0)).setLabels(Map.of()).build();
        Impression awaiting =
                Impression.newBuilder(unlabelled).setAwaited(List.of("click")).build();
        Impression uneven = Impression.newBuilder(good.get(0))
                .setSlots(List.of(new Slot("tag", List.of(1L, 2L), List.of(0.5f))))
                .build();
        try (Harness harness = new Harness(SPEC, CACHE)) {
            harness.open();
            harness.send(new ConsumedRecord("impressions", 2, 70, noise, false));
            harness.send(new ConsumedRecord("impressions", 2, 71, null, false));
            harness.send(List.of(foreign, unlabelled, awaiting, uneven));
            harness.send(good);

            assertThat(harness.predictions()).hasSize(BATCH);
            List<DeadLetter> letters = harness.deadLetters();
            assertThat(letters).hasSize(6);
            assertThat(letters.get(0).getOrigin()).isEqualTo(new TopicOrigin("impressions", 2, 70L));
            assertThat(letters.get(0).getValue()).isEqualTo(ByteBuffer.wrap(noise));
            assertThat(letters)
                    .extracting(DeadLetter::getReason)
                    .satisfiesExactly(
                            reason -> assertThat(reason).contains("expected the header"),
                            reason -> assertThat(reason).contains("no value"),
                            reason -> assertThat(reason).contains("elsewhere", "[a, b]"),
                            reason -> assertThat(reason).contains("no label for task 'click'"),
                            reason -> assertThat(reason).contains("'click' is awaited", "--label-window"),
                            reason -> assertThat(reason).contains("2 ids and 1 weights"));
        }
    }

    /** Networks whose domains have something of their own: gates and towers, statistics, embedding sets. */
    private static List<ModelSpec> growing() {
        return Stream.of(
                        SpecReader.write(SPEC),
                        SpecReader.write(STAR),
                        SpecReader.write(STAR)
                                .replace("\"star\"", "\"single-domain\"")
                                .replaceFirst("options:\n(  .*\n)+", ""))
                .map(yaml -> SpecReader.parse("growing", yaml.replace("max-domains: 0", "max-domains: 4")))
                .toList();
    }

    /** Domain c comes in the middle of the third mini-batch, and d with c and b in the fifth. */
    private static List<Impression> withNewDomains(List<Impression> impressions) {
        for (int i = 2 * BATCH + 1; i < impressions.size(); i += 3) {
            impressions.get(i).setDomain(i > 4 * BATCH && i % 2 == 0 ? "d" : "c");
        }
        return impressions;
    }

    @Test
    void a_domain_is_added_midstream_and_a_restored_job_goes_on_with_it_bit_for_bit() throws Exception {
        List<Impression> impressions = withNewDomains(impressions(8 * BATCH));
        assertThat(impressions).extracting(Impression::getDomain).contains("a", "b", "c", "d");
        for (ModelSpec spec : growing()) {
            List<Double> uninterrupted = scoresWithoutFlink(spec, impressions, new ArrayList<>());
            // Where c is in the pending mini-batch only, where the model knows it, and where d waits behind it.
            for (int killed : new int[] {2 * BATCH + 3, 3 * BATCH, 5 * BATCH - 1, 6 * BATCH + 2}) {
                List<Double> scores = new ArrayList<>();
                OperatorSubtaskState checkpoint;
                try (Harness harness = new Harness(spec, CACHE)) {
                    harness.open();
                    harness.send(impressions.subList(0, killed));
                    checkpoint = harness.snapshot();
                    scores.addAll(harness.scores());
                    // Learned after the checkpoint, and lost with the kill.
                    harness.send(impressions.subList(killed, impressions.size()));
                }
                try (Harness harness = new Harness(spec, TINY_CACHE)) {
                    harness.restore(checkpoint);
                    harness.send(impressions.subList(killed, impressions.size()));
                    scores.addAll(harness.scores());
                    assertThat(harness.deadLetters()).isEmpty();
                }
                assertThat(scores).as("%s killed at %d", spec.network(), killed).isEqualTo(uninterrupted);
            }
        }
    }

    @Test
    void predictions_and_health_are_told_of_an_added_domain_like_of_any_other() throws Exception {
        List<Impression> impressions = withNewDomains(impressions(8 * BATCH));
        try (Harness harness = new Harness(growing().get(0), CACHE)) {
            harness.open();
            harness.send(impressions);

            assertThat(harness.predictions())
                    .extracting(Prediction::getDomain)
                    .containsExactlyElementsOf(
                            impressions.stream().map(Impression::getDomain).toList());
            HealthReport first = (HealthReport) harness.health().get(0).getEvent();
            assertThat(first.getGates()).extracting(GateUse::getDomain).containsExactly("a", "b");
            HealthReport last = (HealthReport) harness.health().get(3).getEvent();
            assertThat(last.getGates()).extracting(GateUse::getDomain).containsExactly("a", "b", "c", "d");
        }
    }

    @Test
    void domains_beyond_the_most_and_names_that_cannot_be_one_are_dead_letters_also_after_a_restore() throws Exception {
        List<Impression> good = impressions(BATCH);
        List<Impression> impressions = new ArrayList<>();
        for (String domain : List.of("c", "x".repeat(201), "\u0007", "d", "e", "c", "a")) {
            impressions.add(Impression.newBuilder(good.get(0)).setDomain(domain).build());
        }
        OperatorSubtaskState checkpoint;
        try (Harness harness = new Harness(growing().get(0), CACHE)) {
            harness.open();
            harness.send(impressions);

            assertThat(harness.deadLetters())
                    .extracting(DeadLetter::getReason)
                    .satisfiesExactly(
                            reason -> assertThat(reason)
                                    .contains("longer than 200 characters")
                                    .hasSizeLessThan(200),
                            reason -> assertThat(reason).contains("control characters"),
                            reason -> assertThat(reason).contains("'e'", "there are 4", "'max-domains'"));
            checkpoint = harness.snapshot();
        }
        try (Harness harness = new Harness(growing().get(0), CACHE)) {
            harness.restore(checkpoint);
            harness.send(impressions.subList(3, 7));
            harness.send(good);

            assertThat(harness.deadLetters()).hasSize(1);
            assertThat(harness.predictions())
                    .extracting(Prediction::getDomain)
                    .startsWith("c", "d", "c", "a", "d", "c", "a");
        }
        ModelSpec more = SpecReader.parse(
                "more", SpecReader.write(growing().get(0)).replace("max-domains: 4", "max-domains: 5"));
        try (Harness harness = new Harness(more, CACHE)) {
            assertThatThrownBy(() -> harness.restore(checkpoint)).hasMessageContaining("max-domains: 4 -> 5");
        }
    }

    @Test
    void an_impression_of_a_domain_that_may_be_added_can_wait_for_its_label() {
        Impression foreign =
                Impression.newBuilder(impressions(1).get(0)).setDomain("c").build();

        assertThat(new LearnableOnceLabelled(growing().get(0)).complaint(foreign))
                .isEmpty();
        assertThat(new LearnableOnceLabelled(SPEC).complaint(foreign)).isPresent();
    }

    @Test
    void health_is_reported_every_so_many_steps() throws Exception {
        try (Harness harness = new Harness(SPEC, CACHE)) {
            harness.open();
            harness.send(impressions(4 * BATCH));

            assertThat(harness.health()).extracting(ModelHealth::getStep).containsExactly(2L, 4L);
            ModelHealth last = harness.health().get(1);
            assertThat(last.getModel()).isEqualTo("crocodile");
            assertThat(last.getEventTimeMs()).isEqualTo(1000L * (4 * BATCH - 1));
            HealthReport report = (HealthReport) last.getEvent();
            assertThat(report.getGradientNorm()).isPositive();
            assertThat(report.getExperts()).hasSize(2);
        }
    }

    @Test
    void a_mini_batch_that_cannot_be_learned_from_is_told_with_its_offsets_and_its_bad_impression_is_a_dead_letter()
            throws Exception {
        List<Impression> impressions = withOneTooLarge(2 * BATCH);
        try (Harness harness = new Harness(LARGE, CACHE)) {
            harness.open();
            harness.send(impressions);

            ModelHealth told = harness.health().get(0);
            assertThat(told.getSkippedSteps()).isOne();
            assertThat(told.getStep()).isZero();
            SkippedStep skipped = (SkippedStep) told.getEvent();
            assertThat(skipped.getReason()).contains("gradient-clip");
            assertThat(skipped.getOffsets()).containsExactly(new OffsetRange("impressions", 0, 0L, BATCH - 1L, BATCH));
            assertThat(harness.deadLetters())
                    .extracting(DeadLetter::getOrigin, DeadLetter::getReason)
                    .containsExactly(tuple(
                            new TopicOrigin("impressions", 0, 3L),
                            "the model's logit for this impression is not finite"));
            assertThat(harness.predictions()).hasSize(2 * BATCH - 1);
            assertThat(harness.scores()).doesNotContain(Double.NaN);
        }
    }

    @Test
    void a_checkpoint_of_a_spec_with_other_weights_is_refused_naming_what_changed() throws Exception {
        OperatorSubtaskState checkpoint;
        try (Harness harness = new Harness(SPEC, CACHE)) {
            harness.open();
            harness.send(impressions(BATCH));
            checkpoint = harness.snapshot();
        }
        ModelSpec wider = SpecReader.parse(
                "wider",
                SpecReader.write(SPEC)
                        .replace(
                                "embedding:\n  sets: \"multi\"\n  dimension: 4",
                                "embedding:\n  sets: \"multi\"\n  dimension: 5"));
        try (Harness harness = new Harness(wider, CACHE)) {
            assertThatThrownBy(() -> harness.restore(checkpoint)).hasMessageContaining("embedding.dimension: 4 -> 5");
        }
        try (Harness harness = new Harness(STAR, CACHE)) {
            assertThatThrownBy(() -> harness.restore(checkpoint)).hasMessageContaining("network: CROCODILE -> STAR");
        }
    }

    @Test
    void a_checkpoint_of_other_crosses_or_of_another_watched_feature_is_refused_naming_what_changed() throws Exception {
        OperatorSubtaskState checkpoint;
        try (Harness harness = new Harness(SPEC, CACHE)) {
            harness.open();
            harness.send(impressions(BATCH));
            checkpoint = harness.snapshot();
        }
        String yaml = SpecReader.write(SPEC);
        Map<String, String> changed = Map.of(
                yaml.replace("pairs:\n    - - \"user\"\n      - \"tag\"", "pairs: []"),
                "wide.crosses.pairs: [[user, tag]] -> []",
                yaml.replace("- - \"user\"\n      - \"tag\"", "- - \"item\"\n      - \"tag\""),
                "wide.crosses.pairs: [[user, tag]] -> [[item, tag]]",
                yaml.replace("feature: \"item\"", "feature: \"user\""),
                "health.feature: item -> user");
        for (Map.Entry<String, String> change : changed.entrySet()) {
            try (Harness harness = new Harness(SpecReader.parse("changed", change.getKey()), CACHE)) {
                assertThatThrownBy(() -> harness.restore(checkpoint)).hasMessageContaining(change.getValue());
            }
        }
    }

    @Test
    void another_network_goes_on_after_a_restore_and_reports_what_health_it_has() throws Exception {
        List<Impression> impressions = impressions(5 * BATCH);
        OperatorSubtaskState checkpoint;
        try (Harness harness = new Harness(STAR, TINY_CACHE)) {
            harness.open();
            harness.send(impressions.subList(0, 3 * BATCH));
            checkpoint = harness.snapshot();

            assertThat(harness.health().get(0).getEvent()).isInstanceOfSatisfying(HealthReport.class, report -> {
                assertThat(report.getCovarianceLoss()).isNull();
                assertThat(report.getExperts()).isEmpty();
            });
        }
        List<Double> uninterrupted = scoresWithoutFlink(STAR, impressions, new ArrayList<>());
        try (Harness harness = new Harness(STAR, TINY_CACHE)) {
            harness.restore(checkpoint);
            harness.send(impressions.subList(3 * BATCH, 5 * BATCH));

            assertThat(harness.scores()).containsExactlyElementsOf(uninterrupted.subList(3 * BATCH, 5 * BATCH));
        }
    }

    /** Two tasks and one that is chained; a label of each may be absent. */
    private static final ModelSpec SEVERAL = SpecReader.parse("several", """
            name: crocodile
            tasks: [click, like, buy]
            domains: [a, b]
            features: [user, item, domain, tag]
            embedding: {dimension: 4}
            experts: {count: 2, layers: [8, 4]}
            towers: [4]
            loss: {task-weights: {like: 0.5}}
            chains: {buy: click}
            batch: {size: 8, max-wait-millis: 0}
            """);

    @Test
    void there_is_a_prediction_for_each_label_of_an_impression_and_for_no_other_task() throws Exception {
        List<Impression> impressions = withSomeLabels(impressions(5 * BATCH));
        Impression unlabelled = Impression.newBuilder(impressions.get(0))
                .setLabels(Map.of("watch", true))
                .build();
        try (Harness harness = new Harness(SEVERAL, TINY_CACHE)) {
            harness.open();
            harness.send(impressions);
            harness.send(List.of(unlabelled));

            List<Tuple> expected = new ArrayList<>();
            for (Impression impression : impressions) {
                for (String task : SEVERAL.tasks()) {
                    if (impression.getLabels().containsKey(task)) {
                        expected.add(tuple(
                                impression.getId(), task, impression.getLabels().get(task)));
                    }
                }
            }
            assertThat(harness.predictions())
                    .extracting(Prediction::getImpressionId, Prediction::getTask, Prediction::getLabel)
                    .containsExactlyElementsOf(expected);
            assertThat(expected).hasSizeBetween(2 * BATCH, 14 * BATCH);
            assertThat(harness.scores()).containsExactlyElementsOf(scoresOfLabels(impressions));
            assertThat(harness.deadLetters())
                    .extracting(DeadLetter::getReason)
                    .containsExactly("no label for task 'click' or 'like' or 'buy'; the impression has [watch]");
        }
    }

    @Test
    void a_job_of_several_tasks_goes_on_after_a_restore_bit_for_bit() throws Exception {
        List<Impression> impressions = withSomeLabels(impressions(6 * BATCH));
        int killed = 3 * BATCH + 5;
        List<Double> scores = new ArrayList<>();
        OperatorSubtaskState checkpoint;
        try (Harness harness = new Harness(SEVERAL, CACHE)) {
            harness.open();
            harness.send(impressions.subList(0, killed));
            checkpoint = harness.snapshot();
            scores.addAll(harness.scores());
            harness.send(impressions.subList(killed, impressions.size()));
        }
        try (Harness harness = new Harness(SEVERAL, TINY_CACHE)) {
            harness.restore(checkpoint);
            harness.send(impressions.subList(killed, impressions.size()));
            scores.addAll(harness.scores());
        }
        assertThat(scores).containsExactlyElementsOf(scoresOfLabels(impressions));
        ModelSpec fewer = SpecReader.parse(
                "fewer",
                SpecReader.write(SEVERAL)
                        .replace("- \"like\"\n", "")
                        .replaceFirst("task-weights:\\s+like: 0.5", "task-weights: {}"));
        try (Harness harness = new Harness(fewer, CACHE)) {
            assertThatThrownBy(() -> harness.restore(checkpoint))
                    .hasMessageContaining("tasks: [click, like, buy] -> [click, buy]");
        }
    }

    /** Each label is there or not, but one at least. */
    private static List<Impression> withSomeLabels(List<Impression> impressions) {
        Random random = new Random(15);
        for (Impression impression : impressions) {
            Map<String, Boolean> labels = new TreeMap<>();
            labels.put(SEVERAL.tasks().get(random.nextInt(3)), random.nextBoolean());
            for (String task : SEVERAL.tasks()) {
                if (random.nextInt(3) == 0) {
                    labels.put(task, random.nextBoolean());
                }
            }
            impression.setLabels(labels);
        }
        return impressions;
    }

    /** What the trainer gives without Flink, of those tasks that an impression has a label for. */
    private static List<Double> scoresOfLabels(List<Impression> impressions) {
        List<Double> all = scoresWithoutFlink(SEVERAL, impressions, new ArrayList<>());
        List<Double> scores = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            String task = SEVERAL.tasks().get(i % 3);
            if (impressions.get(i / 3).getLabels().containsKey(task)) {
                scores.add(all.get(i));
            }
        }
        return scores;
    }

    /** What both pipelines can learn. */
    private static final ModelSpec DEEP = SpecReader.parse("deep", """
            name: crocodile
            task: click
            domains: [a, b]
            features: [user, item, domain, tag]
            embedding: {dimension: 4}
            experts: {count: 2, layers: [8, 4]}
            towers: [4]
            batch: {size: 8, max-wait-millis: 0}
            health: {every-steps: 2, feature: domain}
            """);

    @Test
    void a_stale_pipeline_gives_what_its_order_of_phases_gives_on_one_thread() throws Exception {
        List<Impression> impressions = impressions(30 * BATCH);
        List<Double> expected = scoresInPhases(impressions, 0, impressions.size());
        assertThat(expected).isNotEqualTo(scoresWithoutFlink(DEEP, impressions, new ArrayList<>()));
        for (RowStoreOptions rows : List.of(TINY_CACHE, CACHE)) {
            try (Harness harness = new Harness(DEEP, rows, Pipeline.STALE_1)) {
                harness.open();
                harness.send(impressions);

                assertThat(harness.scores()).containsExactlyElementsOf(expected);
            }
        }
    }

    @Test
    void a_stale_pipeline_gives_the_same_wherever_checkpoints_are_taken_and_the_job_is_killed() throws Exception {
        List<Impression> impressions = impressions(12 * BATCH);
        List<Double> expected = scoresInPhases(impressions, 0, impressions.size());
        List<ModelHealth> uninterrupted = new ArrayList<>();
        try (Harness harness = new Harness(DEEP, CACHE, Pipeline.STALE_1)) {
            harness.open();
            harness.send(impressions);
            uninterrupted.addAll(harness.health());
        }
        assertThat(uninterrupted).hasSize(6);
        for (int killed : new int[] {3, BATCH, 2 * BATCH, 5 * BATCH + 3, 11 * BATCH}) {
            List<Double> scores = new ArrayList<>();
            List<ModelHealth> health = new ArrayList<>();
            OperatorSubtaskState checkpoint;
            try (Harness harness = new Harness(DEEP, CACHE, Pipeline.STALE_1)) {
                harness.open();
                harness.send(impressions.subList(0, killed / 2));
                harness.snapshot(1);
                harness.send(impressions.subList(killed / 2, killed));
                checkpoint = harness.snapshot(2);
                scores.addAll(harness.scores());
                health.addAll(harness.health());
                // Learned after the checkpoint, and lost with the kill, some of it in flight.
                harness.send(impressions.subList(killed, impressions.size()));
            }
            try (Harness harness = new Harness(DEEP, TINY_CACHE, Pipeline.STALE_1)) {
                harness.restore(checkpoint);
                harness.send(impressions.subList(killed, impressions.size()));
                scores.addAll(harness.scores());
                health.addAll(harness.health());
            }
            assertThat(scores).as("killed at %d", killed).isEqualTo(expected);
            assertThat(health).as("killed at %d", killed).isEqualTo(uninterrupted);
        }
    }

    @Test
    void the_pipeline_may_be_another_after_a_restore() throws Exception {
        List<Impression> impressions = impressions(9 * BATCH);
        int first = 3 * BATCH;
        int second = 6 * BATCH;
        List<Double> scores = new ArrayList<>();
        OperatorSubtaskState checkpoint;
        try (Harness harness = new Harness(DEEP, CACHE)) {
            harness.open();
            harness.send(impressions.subList(0, first));
            checkpoint = harness.snapshot();
            scores.addAll(harness.scores());
        }
        try (Harness harness = new Harness(DEEP, CACHE, Pipeline.STALE_1)) {
            harness.restore(checkpoint);
            harness.send(impressions.subList(first, second));
            checkpoint = harness.snapshot();
            scores.addAll(harness.scores());
        }
        try (Harness harness = new Harness(DEEP, CACHE)) {
            harness.restore(checkpoint);
            harness.send(impressions.subList(second, impressions.size()));
            scores.addAll(harness.scores());
        }
        assertThat(scores).containsExactlyElementsOf(scoresInPhases(impressions, first, second));
    }

    @Test
    void a_skipped_mini_batch_is_told_by_a_stale_pipeline_too_and_the_next_ones_are_learned_from() throws Exception {
        ModelSpec large = SpecReader.parse(
                "large", SpecReader.write(DEEP).replaceFirst("initial-scale: [0-9.]+", "initial-scale: 100.0"));
        try (Harness harness = new Harness(large, CACHE, Pipeline.STALE_1)) {
            harness.open();
            harness.send(withOneTooLarge(4 * BATCH));

            assertThat(harness.predictions()).hasSize(4 * BATCH - 1);
            assertThat(harness.predictions().get(4 * BATCH - 2).getStep()).isEqualTo(2);
            assertThat(harness.health().get(0).getEvent()).isInstanceOf(SkippedStep.class);
            OperatorSubtaskState checkpoint = harness.snapshot();
            try (Harness restored = new Harness(large, CACHE, Pipeline.STALE_1)) {
                restored.restore(checkpoint);
                restored.send(impressions(BATCH));
                assertThat(restored.predictions().get(0).getStep()).isEqualTo(3);
            }
        }
    }

    @Test
    void a_model_that_cannot_learn_from_older_rows_makes_no_job() {
        assertThatThrownBy(() -> new Harness(SPEC, CACHE, Pipeline.STALE_1)).hasMessageContaining("wide.mode");
    }

    /** What the trainer gives where impressions in [stale, exact) are learned from by {@link Pipeline#STALE_1}, on one thread. */
    private static List<Double> scoresInPhases(List<Impression> impressions, int stale, int exact) {
        ImpressionFeatures features = new ImpressionFeatures(DEEP);
        List<Double> scores = new ArrayList<>();
        try (Trainer trainer = new Trainer(DEEP, ModelRows.inMemory(DEEP), ComputeDevice.CPU)) {
            Optional<TrainingStep> before = Optional.empty();
            for (int from = 0; from < impressions.size(); from += BATCH) {
                if (from == exact) {
                    before.ifPresent(trainer::finish);
                    before = Optional.empty();
                }
                MiniBatch batch = new MiniBatch(DEEP.features().size());
                impressions.subList(from, from + BATCH).forEach(impression -> features.add(impression, batch));
                TrainingStep step = trainer.prepare(batch);
                before.ifPresent(trainer::finish);
                trainer.compute(step);
                before = Optional.of(step);
                if (from < stale || from >= exact) {
                    trainer.finish(step);
                    before = Optional.empty();
                }
                for (double score : trainer.result(step).scores()) {
                    scores.add(score);
                }
            }
        }
        return scores;
    }

    private static List<Double> scoresWithoutFlink(List<Impression> impressions) {
        return scoresWithoutFlink(SPEC, impressions, new ArrayList<>());
    }

    private static List<Double> scoresWithoutFlink(
            ModelSpec spec, List<Impression> impressions, List<Evicted> evicted) {
        ImpressionFeatures features = new ImpressionFeatures(spec);
        List<Double> scores = new ArrayList<>();
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            MiniBatch batch = new MiniBatch(spec.features().size(), spec.tasks().size());
            for (Impression impression : impressions) {
                features.add(impression, batch);
                if (batch.size() == BATCH) {
                    StepResult result = trainer.step(batch);
                    for (double score : result.scores()) {
                        scores.add(score);
                    }
                    evicted.addAll(result.evicted());
                    batch.clear();
                }
            }
        }
        return scores;
    }

    /** A model whose embeddings are so large that an impression can overflow. */
    private static final ModelSpec LARGE = SpecReader.parse(
            "large", SpecReader.write(SPEC).replaceFirst("initial-scale: [0-9.]+", "initial-scale: 100.0"));

    /** The fourth has weights that are finite, as they must be, and far too large for floats to be multiplied with. */
    private static List<Impression> withOneTooLarge(int count) {
        List<Impression> impressions = impressions(count);
        impressions.set(
                3,
                Impression.newBuilder(impressions.get(3))
                        .setSlots(List.of(new Slot("tag", List.of(1L, 2L), List.of(3e38f, -3e38f))))
                        .build());
        return impressions;
    }

    private static List<Impression> impressions(int count) {
        Random random = new Random(14);
        List<Impression> impressions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Slot> slots = random.nextInt(4) == 0
                    ? List.of()
                    : List.of(new Slot("tag", List.of((long) random.nextInt(5), 9L), List.of(0.5f, 2f)));
            impressions.add(Impression.newBuilder()
                    .setId("i" + i)
                    .setEventTimeMs(1000L * i)
                    .setUser("user-" + random.nextInt(20))
                    .setItem("item-" + random.nextInt(30))
                    .setDomain(random.nextBoolean() ? "a" : "b")
                    .setSlots(slots)
                    .setLabels(Map.of("click", random.nextBoolean()))
                    .build());
        }
        return impressions;
    }

    /** The operator on RocksDB, in Flink's test harness. */
    private static final class Harness implements AutoCloseable {

        private final KeyedOneInputStreamOperatorTestHarness<Integer, ConsumedRecord, Prediction> flink;
        private long offset;
        private boolean begun;

        Harness(ModelSpec spec, RowStoreOptions rows) throws Exception {
            this(spec, rows, Pipeline.EXACT);
        }

        Harness(ModelSpec spec, RowStoreOptions rows, Pipeline pipeline) throws Exception {
            this(spec, rows, pipeline, 0);
        }

        Harness(ModelSpec spec, RowStoreOptions rows, Pipeline pipeline, long checkpointMillis) throws Exception {
            flink = new KeyedOneInputStreamOperatorTestHarness<>(
                    new TrainingOperator(
                            spec,
                            new TrainingOptions(ComputeDevice.CPU, 0, rows, pipeline),
                            new CheckpointRoom(""),
                            checkpointMillis),
                    record -> 0,
                    Types.INT,
                    MAX_PARALLELISM,
                    1,
                    0);
            flink.setStateBackend(new EmbeddedRocksDBStateBackend());
        }

        void open() throws Exception {
            flink.open();
            begun = true;
        }

        void restore(OperatorSubtaskState checkpoint) throws Exception {
            flink.initializeState(checkpoint);
            flink.open();
            begun = true;
        }

        void send(List<Impression> impressions) throws Exception {
            for (Impression impression : impressions) {
                send(new ConsumedRecord("impressions", 0, offset++, CODEC.encode(impression), false));
            }
        }

        void send(ConsumedRecord record) throws Exception {
            flink.processElement(record, 0);
        }

        void time(long millis) throws Exception {
            flink.setProcessingTime(millis);
        }

        /** Rows that the state has, and their census. */
        int stateEntries() {
            return ((RocksDBKeyedStateBackend<?>)
                            ((TrainingOperator) flink.getOperator()).<Integer>getKeyedStateBackend())
                    .numKeyValueStateEntries();
        }

        OperatorSubtaskState snapshot() throws Exception {
            return snapshot(1);
        }

        OperatorSubtaskState snapshot(long id) throws Exception {
            settle();
            return flink.snapshot(id, id);
        }

        /** Has all that was handed over learned from and published, as before a checkpoint. */
        private void settle() throws Exception {
            flink.prepareSnapshotPreBarrier(1);
        }

        /** The predictions so far, of mini-batches that are still learned from none. */
        List<Prediction> predictionsAtOnce() {
            return flink.extractOutputValues();
        }

        List<Prediction> predictions() throws Exception {
            settle();
            return predictionsAtOnce();
        }

        List<Double> scores() throws Exception {
            return predictions().stream().map(Prediction::getScore).toList();
        }

        List<DeadLetter> deadLetters() throws Exception {
            settle();
            List<DeadLetter> letters = new ArrayList<>();
            var output = flink.getSideOutput(DeadLetters.TAG);
            if (output != null) {
                output.forEach(record -> letters.add(record.getValue()));
            }
            return letters;
        }

        List<RowTombstone> tombstones() throws Exception {
            settle();
            List<RowTombstone> tombstones = new ArrayList<>();
            var output = flink.getSideOutput(RowTombstones.TAG);
            if (output != null) {
                output.forEach(record -> tombstones.add(record.getValue()));
            }
            return tombstones;
        }

        List<ModelHealth> health() throws Exception {
            settle();
            List<ModelHealth> health = new ArrayList<>();
            var output = flink.getSideOutput(HealthRecords.TAG);
            if (output != null) {
                output.forEach(record -> health.add(record.getValue()));
            }
            return health;
        }

        @Override
        public void close() throws Exception {
            if (begun) {
                flink.close();
            } else {
                flink.getOperator().close(); // as a task does, which finishes only what has begun
            }
        }
    }
}

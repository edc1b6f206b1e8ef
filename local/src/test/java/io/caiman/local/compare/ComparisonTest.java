package io.caiman.local.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.jobs.training.ImpressionFeatures;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Trainer;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.schemas.avro.Impression;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final Protocol PROGRESSIVE = Protocol.Progressive.WHOLE;
    private static final Protocol HOLDOUT = new Protocol.TrainFraction(0.75);

    @Test
    void progressive_scores_are_those_of_a_plain_loop_over_the_trainer_bit_for_bit() {
        // Longer than a chunk of the log, and no multiple of a mini-batch.
        List<Impression> impressions = Logs.synthetic(8_300);
        CompareOptions options = options(PROGRESSIVE, 2, 2, Logs.candidate("a", 500), Logs.candidate("b", 512));

        List<List<Run>> runs = run(options, impressions).runs();

        for (int model = 0; model < 2; model++) {
            for (int seed = 1; seed <= 2; seed++) {
                ModelSpec spec = options.candidates().get(model).spec().withSeed(seed);
                assertThat(runs.get(model).get(seed - 1).scores()).isEqualTo(plainLoop(spec, impressions, List.of()));
            }
        }
    }

    @Test
    void with_several_tasks_scores_are_those_of_each_for_every_impression_with_a_label_of_any() {
        List<Impression> impressions = new ArrayList<>();
        for (Impression impression : Logs.synthetic(1_000)) {
            boolean click = impression.getLabels().getOrDefault("click", false);
            boolean like = impressions.size() % 5 < 2;
            impressions.add(Logs.withLabels(
                    impression,
                    impressions.size() % 3 == 0 ? Map.of("like", like) : Map.of("click", click, "like", like)));
        }
        Candidate candidate = Logs.candidateOf("a", 64, "click", "like");

        Comparison.Outcome outcome = run(options(PROGRESSIVE, 1, 1, candidate), impressions);

        assertThat(outcome.log().scored()).isEqualTo(1_000);
        Run run = outcome.runs().get(0).get(0);
        assertThat(run.tasks()).isEqualTo(2);
        assertThat(run.scores()).isEqualTo(plainLoop(candidate.spec().withSeed(1), impressions, List.of()));
        assertThat(run.score(999, 1)).isEqualTo(run.scores()[1_999]);
        assertThat(Slice.of(outcome.impressions(), List.of(run), 0))
                .last()
                .satisfies(all -> assertThat(all.places()).hasSize(666));
    }

    @Test
    void hold_out_scores_are_those_of_training_first_and_scoring_then() {
        List<Impression> impressions = Logs.synthetic(1_000);
        Candidate candidate = Logs.candidate("a", 64);

        Run run = run(options(HOLDOUT, 1, 1, candidate), impressions)
                .runs()
                .get(0)
                .get(0);

        assertThat(run.scores())
                .isEqualTo(plainLoop(
                        candidate.spec().withSeed(1), impressions.subList(0, 750), impressions.subList(750, 1_000)));
        assertThat(run.experts()).isGreaterThan(0);
        assertThat(run.expertNorms()).hasSize(250 * run.experts());
    }

    @Test
    void domains_that_no_spec_names_are_scored_as_by_a_plain_loop_as_long_as_there_is_room() {
        List<Impression> impressions = Logs.synthetic(2_000);
        List<String> others = impressions.stream()
                .map(Impression::getDomain)
                .distinct()
                .filter(domain -> !domain.equals("0"))
                .toList();
        List<Impression> served = impressions.stream()
                .filter(impression -> !impression.getDomain().equals(others.get(3)))
                .toList();
        String experts = "network: stem\nexperts: {layers: [6]}\n";

        for (Protocol protocol : List.of(PROGRESSIVE, HOLDOUT)) {
            CompareOptions options =
                    options(protocol, 1, 1, Logs.growing("a", "experts: {layers: [6]}\n"), Logs.growing("b", experts));
            Comparison.Outcome outcome = run(options, impressions);

            assertThat(outcome.log().refused()).hasSize(1).allSatisfy((reason, count) -> {
                assertThat(reason).contains("'" + others.get(3) + "'", "there are 4", "'max-domains'");
                assertThat(count).isEqualTo(2_000L - served.size());
            });
            assertThat(outcome.impressions().domainNames())
                    .containsExactlyInAnyOrder("0", others.get(0), others.get(1), others.get(2));
            int learned = (int) outcome.log().learned();
            for (int model = 0; model < 2; model++) {
                ModelSpec spec = options.candidates().get(model).spec();
                assertThat(outcome.runs().get(model).get(0).scores())
                        .isEqualTo(
                                protocol == PROGRESSIVE
                                        ? plainLoop(spec, served, List.of())
                                        : plainLoop(
                                                spec,
                                                served.subList(0, learned),
                                                served.subList(learned, served.size())));
            }
        }
    }

    @Test
    void a_network_without_experts_has_scores_and_no_norms() {
        Candidate candidate = Logs.candidate("a", 64, "network: deepfm\n");

        Run run = run(options(HOLDOUT, 1, 1, candidate), Logs.synthetic(1_000))
                .runs()
                .get(0)
                .get(0);

        assertThat(run.scores()).hasSize(250).doesNotContain(Double.NaN);
        assertThat(run.experts()).isZero();
    }

    /** What is learned from is scored too, unless something is held out. */
    private static double[] plainLoop(ModelSpec spec, List<Impression> learned, List<Impression> heldOut) {
        return plainLoop(spec, learned, heldOut, false);
    }

    private static double[] plainLoop(
            ModelSpec spec, List<Impression> learned, List<Impression> after, boolean learnsOn) {
        ImpressionFeatures features = new ImpressionFeatures(spec);
        List<Double> learning = new ArrayList<>();
        List<Double> later = new ArrayList<>();
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            for (int from = 0; from < learned.size(); from += spec.batch().size()) {
                for (double score :
                        trainer.step(batch(spec, features, learned, from)).scores()) {
                    learning.add(score);
                }
            }
            for (int from = 0; from < after.size(); from += spec.batch().size()) {
                MiniBatch next = batch(spec, features, after, from);
                for (double score : learnsOn
                        ? trainer.step(next).scores()
                        : trainer.score(next).scores()) {
                    later.add(score);
                }
            }
        }
        return (after.isEmpty() ? learning : later)
                .stream().mapToDouble(score -> score).toArray();
    }

    private static MiniBatch batch(
            ModelSpec spec, ImpressionFeatures features, List<Impression> impressions, int from) {
        MiniBatch batch = new MiniBatch(spec.features().size(), spec.tasks().size());
        int to = Math.min(impressions.size(), from + spec.batch().size());
        impressions.subList(from, to).forEach(impression -> features.add(impression, batch));
        return batch;
    }

    @Test
    void nothing_depends_on_the_number_of_threads() {
        List<Impression> impressions = Logs.synthetic(1_500);
        List<List<Run>> once = List.of();
        for (int threads : new int[] {1, 2, 3, 64}) {
            List<List<Run>> runs = run(
                            options(HOLDOUT, 2, threads, Logs.candidate("a", 100), Logs.candidate("b", 64)),
                            impressions)
                    .runs();
            once = once.isEmpty() ? runs : once;
            assertThat(runs).usingRecursiveComparison().isEqualTo(once);
        }
    }

    @Test
    void what_is_held_out_is_not_learned_from() {
        List<Impression> impressions = Logs.synthetic(1_000);
        List<Impression> otherEnd = new ArrayList<>(impressions.subList(0, 750));
        impressions.subList(750, 1_000).forEach(impression -> otherEnd.add(Logs.flipped(impression)));
        List<Impression> otherStart = new ArrayList<>(impressions);
        otherStart.set(0, Logs.flipped(impressions.get(0)));
        CompareOptions options = options(HOLDOUT, 1, 1, Logs.candidate("a", 100));

        double[] scores = run(options, impressions).runs().get(0).get(0).scores();

        assertThat(run(options, otherEnd).runs().get(0).get(0).scores()).isEqualTo(scores);
        assertThat(run(options, otherStart).runs().get(0).get(0).scores()).isNotEqualTo(scores);
    }

    @Test
    void scores_before_the_fraction_do_not_count_and_are_learned_from() {
        List<Impression> impressions = Logs.synthetic(1_000);
        Candidate candidate = Logs.candidate("a", 64);

        Comparison.Outcome outcome = run(options(new Protocol.Progressive(0.25), 1, 1, candidate), impressions);

        assertThat(outcome.log().learned()).isEqualTo(1_000);
        assertThat(outcome.log().scored()).isEqualTo(750);
        assertThat(outcome.runs().get(0).get(0).scores())
                .isEqualTo(plainLoop(
                        candidate.spec().withSeed(1),
                        impressions.subList(0, 250),
                        impressions.subList(250, 1_000),
                        true));
    }

    @Test
    void of_a_beginning_only_nothing_after_it_is_read() {
        List<Impression> impressions = Logs.synthetic(1_000);
        CompareOptions options = options(new Protocol.Beginning(0.25), 1, 1, Logs.candidate("a", 64));

        Comparison.Outcome outcome =
                new Comparison(options, CompareProgress.SILENT).run(Logs.readableTo(253, Logs.log(3, impressions)));

        assertThat(outcome.log().impressions()).isEqualTo(250);
        assertThat(outcome.runs().get(0).get(0).scores())
                .isEqualTo(plainLoop(
                        options.candidates().get(0).spec().withSeed(1), impressions.subList(0, 250), List.of()));
        assertThatThrownBy(
                        () -> run(options(new Protocol.Beginning(0.0005), 1, 1, Logs.candidate("a", 64)), impressions))
                .isInstanceOf(ComparisonException.class)
                .hasMessageContaining("--tune-fraction is 5.0E-4")
                .hasMessageContaining("larger");
    }

    @Test
    void runs_with_other_seeds_differ() {
        List<Run> runs = run(options(PROGRESSIVE, 3, 2, Logs.candidate("a", 100)), Logs.synthetic(300))
                .runs()
                .get(0);

        assertThat(runs.stream().map(run -> Arrays.toString(run.scores()))).doesNotHaveDuplicates();
    }

    @Test
    void impressions_that_cannot_be_learned_from_are_counted_by_reason_and_left_out() {
        List<Impression> impressions = new ArrayList<>(Logs.synthetic(100));
        Impression strange =
                Impression.newBuilder(impressions.get(10)).setDomain("99").build();
        impressions.set(10, strange);
        impressions.set(95, strange);
        impressions.set(50, Logs.withLabels(impressions.get(50), Map.of("like", true)));

        Comparison.Outcome outcome = new Comparison(
                        options(HOLDOUT, 1, 1, Logs.candidate("a", 30)), CompareProgress.SILENT)
                .run(Logs.log(4, impressions));

        // Three quarters of the log's impressions, refused ones counted, bad lines not.
        assertThat(outcome.log().impressions()).isEqualTo(100);
        assertThat(outcome.log().learned()).isEqualTo(73);
        assertThat(outcome.log().scored()).isEqualTo(24);
        assertThat(outcome.log().badLines()).isEqualTo(4);
        assertThat(outcome.log().refused()).hasSize(2).containsValues(1L, 2L);
        assertThat(String.join(", ", outcome.log().refused().keySet()))
                .contains("domain '99'")
                .contains("no label for task 'click'");
        assertThat(outcome.runs().get(0).get(0).scores()).hasSize(24);
    }

    @Test
    void a_log_of_which_nothing_can_be_learned_is_refused() {
        List<Impression> unlabelled = Logs.synthetic(20).stream()
                .map(impression -> Logs.withLabels(impression, Map.of()))
                .toList();

        assertThatThrownBy(() -> run(options(PROGRESSIVE, 1, 1, Logs.candidate("a", 10)), unlabelled))
                .isInstanceOf(ComparisonException.class)
                .hasMessageContaining("none of the log's 20 impressions")
                .hasMessageContaining("no label for task 'click'")
                .hasMessageContaining("--dataset");
        assertThatThrownBy(() -> run(options(PROGRESSIVE, 1, 1, Logs.candidate("a", 10)), List.of()))
                .isInstanceOf(ComparisonException.class)
                .hasMessageContaining("no impressions");
    }

    @Test
    void a_log_is_split_by_event_time_before_the_moment() {
        List<Impression> impressions = Logs.synthetic(100);
        Instant moment = Instant.ofEpochMilli(impressions.get(40).getEventTimeMs());
        long before = impressions.stream()
                .filter(impression -> impression.getEventTimeMs() < moment.toEpochMilli())
                .count();

        ComparisonReport.Log log = run(
                        options(new Protocol.TrainUntil(moment), 1, 1, Logs.candidate("a", 10)), impressions)
                .log();

        assertThat(log.learned()).isEqualTo(before);
        assertThat(log.scored()).isEqualTo(100 - before);
    }

    @Test
    void a_split_with_nothing_on_one_side_is_refused() {
        List<Impression> impressions = Logs.synthetic(100);
        for (Instant moment : List.of(Instant.EPOCH, Instant.parse("2999-01-01T00:00:00Z"))) {
            assertThatThrownBy(() ->
                            run(options(new Protocol.TrainUntil(moment), 1, 1, Logs.candidate("a", 10)), impressions))
                    .isInstanceOf(ComparisonException.class)
                    .hasMessageContaining("--train-until");
        }
    }

    @Test
    void a_log_that_does_not_know_its_length_is_split_at_the_same_fraction() {
        DatasetOptions some = DatasetOptions.ofSynthetic().withLimit(400).withDomains(Set.of("0", "1"));
        CompareOptions options = new CompareOptions(
                Dataset.SYNTHETIC, some, List.of(Logs.candidate("a", 50)), 1, HOLDOUT, "item", 1, ComputeDevice.CPU);
        try (ImpressionSource log = Dataset.SYNTHETIC.open(some)) {
            assertThat(log.expectedEntries()).isEmpty();

            ComparisonReport.Log read =
                    new Comparison(options, CompareProgress.SILENT).run(log).log();

            assertThat(read.impressions()).isBetween(100L, 399L);
            assertThat(read.learned()).isEqualTo((long) (0.75 * read.impressions()));
        }
    }

    private static CompareOptions options(Protocol protocol, int seeds, int threads, Candidate... candidates) {
        return new CompareOptions(
                Dataset.SYNTHETIC,
                DatasetOptions.ofSynthetic(),
                List.of(candidates),
                seeds,
                protocol,
                CompareOptions.ITEM,
                threads,
                ComputeDevice.CPU);
    }

    private static Comparison.Outcome run(CompareOptions options, List<Impression> impressions) {
        return new Comparison(options, CompareProgress.SILENT).run(Logs.log(0, impressions));
    }
}

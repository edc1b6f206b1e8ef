package io.caiman.model.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.evaluation.RankedScores;
import io.caiman.model.health.ModelHealth;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Scored;
import io.caiman.model.train.StepResult;
import io.caiman.model.train.Trainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every network must do under the trainer. */
class NetworkContractTest {

    /** The native library rounds by the shape of its arrays. */
    private static final double ROUNDING = 1e-6;

    private static final int SAMPLES = 48;
    private static final int USERS = 20;
    private static final int ITEMS = 15;
    private static final List<String> ONE = List.of("click");
    private static final List<String> TWO = List.of("click", "like");

    @ParameterizedTest
    @MethodSource("models")
    void learns_a_stream_that_a_sum_of_weights_can_separate(ModelSpec spec) {
        List<String> tasks = spec.tasks();
        Random random = new Random(3);
        double[][] scores = new double[tasks.size()][100 * SAMPLES];
        boolean[][] labels = new boolean[tasks.size()][100 * SAMPLES];
        try (Trainer trainer = trainer(spec)) {
            for (int step = 0; step < 300; step++) {
                List<Impression> batch = batch(random, 0, 1, 2);
                double[] given = trainer.step(miniBatch(spec, batch)).scores();
                for (int i = 0; i < given.length && step >= 200; i++) {
                    int task = i % tasks.size();
                    int sample = i / tasks.size();
                    scores[task][(step - 200) * SAMPLES + sample] = given[i];
                    labels[task][(step - 200) * SAMPLES + sample] =
                            batch.get(sample).label(task);
                }
            }
        }
        for (int task = 0; task < tasks.size(); task++) {
            // The second task has fewer labels.
            assertThat(RankedScores.of(scores[task], labels[task]).auc().orElseThrow())
                    .as(tasks.get(task))
                    .isGreaterThan(task == 0 ? 0.9 : 0.85);
        }
    }

    /** Every network with one task and with two, and some with plug-ins. */
    static Stream<Named<ModelSpec>> models() {
        Stream<Named<ModelSpec>> plugged = Stream.of(
                        NetworkKind.CROCODILE,
                        NetworkKind.MMOE,
                        NetworkKind.STEM,
                        NetworkKind.STAR,
                        NetworkKind.DEEPFM,
                        NetworkKind.MLP)
                .flatMap(network -> Stream.of(ONE, TWO).map(tasks -> plugged(network, tasks)));
        return Stream.concat(alone(), plugged);
    }

    private static Stream<Named<ModelSpec>> alone() {
        return Arrays.stream(NetworkKind.values())
                .flatMap(network -> Stream.of(ONE, TWO).map(tasks -> named("", model(network, tasks))));
    }

    private static Named<ModelSpec> plugged(NetworkKind network, List<String> tasks) {
        return named(" with plug-ins", Specs.withTasks(Specs.plugged(network, ""), tasks.toArray(String[]::new)));
    }

    /** Those that domains can be added to: every network, with one task and with two, and every one that takes plug-ins with them. */
    static Stream<Named<ModelSpec>> growing() {
        Stream<Named<ModelSpec>> plugged = Arrays.stream(NetworkKind.values())
                .filter(network -> !network.plugIns().isEmpty())
                .map(network -> plugged(network, TWO))
                .filter(model -> model.getPayload().embeddingSetOf(0).isEmpty());
        return Stream.concat(alone(), plugged);
    }

    private static Named<ModelSpec> named(String more, ModelSpec spec) {
        return Named.of(spec.network().key() + more + " " + spec.tasks(), spec);
    }

    private static ModelSpec model(NetworkKind network, List<String> tasks) {
        return Specs.withTasks(Specs.small(network), tasks.toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void a_label_that_is_absent_teaches_what_no_loss_of_its_task_would(NetworkKind network) {
        ModelSpec spec = model(network, TWO);
        ModelSpec weightless = SpecReader.parse(
                "weightless", SpecReader.write(spec).replaceFirst("task-weights: \\{\\}", "task-weights: {like: 0}"));

        double[] masked = scoresAfterLearning(spec, 1);

        assertThat(masked).containsExactly(scoresAfterLearning(weightless, 2));
        assertThat(masked).isNotEqualTo(scoresAfterLearning(spec, 2));
    }

    /** Of a mini-batch behind some that have the labels of the first so many tasks. */
    private static double[] scoresAfterLearning(ModelSpec spec, int labelled) {
        Random random = new Random(12);
        try (Trainer trainer = trainer(spec)) {
            for (int step = 0; step < 5; step++) {
                trainer.step(miniBatch(spec, batch(random, 0, 1, 2), (impression, task) -> task < labelled));
            }
            return trainer.score(miniBatch(spec, batch(random, 0, 1, 2))).scores();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void the_same_seed_and_stream_give_the_same_scores_bit_for_bit(ModelSpec spec) {

        assertThat(lastScores(spec, -1)).containsExactly(lastScores(spec, -1));
        assertThat(lastScores(spec.withSeed(2), -1)).isNotEqualTo(lastScores(spec, -1));
    }

    @ParameterizedTest
    @MethodSource("models")
    void a_restored_network_goes_on_as_if_never_interrupted(ModelSpec spec) {

        assertThat(lastScores(spec, 7)).containsExactly(lastScores(spec, -1));
    }

    @ParameterizedTest
    @MethodSource("models")
    void a_domain_that_brought_no_impression_so_far_has_scores_too(ModelSpec spec) {
        Random random = new Random(15);
        try (Trainer trainer = trainer(spec)) {
            for (int step = 0; step < 5; step++) {
                trainer.step(miniBatch(spec, batch(random, 0, 2)));
            }

            double[] scores = trainer.score(miniBatch(spec, batch(random, 1))).scores();

            assertThat(scores)
                    .hasSize(SAMPLES * spec.tasks().size())
                    .satisfies(all -> assertThat(Arrays.stream(all)).allMatch(score -> score > 0 && score < 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void one_domain_alone_is_learned(NetworkKind network) {
        ModelSpec spec = SpecReader.parse(
                "one domain", SpecReader.write(Specs.small(network)).replaceFirst("- \"b\"\n- \"c\"\n", ""));
        Random random = new Random(16);
        assertThat(spec.domains()).containsExactly("a");
        try (Trainer trainer = trainer(spec)) {
            List<Impression> batch = batch(random, 0);
            double[] before = trainer.step(miniBatch(spec, batch)).scores();

            StepResult result = trainer.step(miniBatch(spec, batch));

            assertThat(result.skipped()).isEmpty();
            assertThat(result.scores()).isNotEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LR", "FM"})
    void tasks_of_a_linear_model_share_nothing(NetworkKind network) {
        Random random = new Random(17);
        ModelSpec both = model(network, TWO);
        ModelSpec one = model(network, ONE);
        try (Trainer together = trainer(both);
                Trainer alone = trainer(one)) {
            for (int step = 0; step < 10; step++) {
                List<Impression> batch = batch(random, 0, 1, 2);
                double[] scores = together.step(miniBatch(both, batch)).scores();
                double[] expected = alone.step(miniBatch(one, batch)).scores();
                for (int sample = 0; sample < SAMPLES; sample++) {
                    assertThat(scores[2 * sample]).isCloseTo(expected[sample], within(ROUNDING));
                }
            }
        }
    }

    /** Those of the last of some steps; after one of them, if asked for, a fresh trainer takes over from a snapshot. */
    private static double[] lastScores(ModelSpec spec, int restoredAfter) {
        Random random = new Random(11);
        ModelRows rows = ModelRows.inMemory(spec);
        double[] scores = {};
        Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU);
        for (int step = 0; step < 12; step++) {
            // At first a domain is missing, then two are.
            int[] domains = step < 4 ? new int[] {0, 2} : step < 8 ? new int[] {1} : new int[] {0, 1, 2};
            scores = trainer.step(miniBatch(spec, batch(random, domains))).scores();
            if (step == restoredAfter) {
                byte[] snapshot = trainer.snapshot();
                trainer.close();
                trainer = new Trainer(spec.withSeed(77), rows, ComputeDevice.CPU);
                trainer.restore(snapshot);
            }
        }
        trainer.close();
        return scores;
    }

    @ParameterizedTest
    @MethodSource("growing")
    void room_for_further_domains_changes_no_score_before_one_comes(ModelSpec spec) {

        assertThat(lastScores(withRoom(spec, ""), 7)).containsExactly(lastScores(spec, -1));
    }

    @ParameterizedTest
    @MethodSource("growing")
    void a_domain_that_is_added_changes_no_score_of_another(ModelSpec model) {
        ModelSpec spec = withRoom(model, "");
        Random random = new Random(21);
        ModelRows rows = ModelRows.inMemory(spec);
        try (Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU)) {
            for (int step = 0; step < 5; step++) {
                trainer.step(miniBatch(spec, batch(random, 0, 1, 2)));
            }
            trainer.step(adding(miniBatch(spec, batch(random, 0, 3)), "d"));
            MiniBatch others = miniBatch(spec, batch(random, 0, 1, 2, 3));
            double[] before = trainer.score(others).scores();

            trainer.score(adding(miniBatch(spec, batch(random, 1, 4)), "e"));

            assertThat(trainer.domains()).containsExactly("a", "b", "c", "d", "e");
            assertThat(trainer.score(others).scores()).containsExactly(before);
            try (Trainer restored = new Trainer(spec.withSeed(77), rows, ComputeDevice.CPU)) {
                restored.restore(trainer.snapshot());
                assertThat(restored.domains()).isEqualTo(trainer.domains());
                assertThat(restored.score(others).scores()).containsExactly(before);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_added_domain_is_learned_beside_the_others(NetworkKind network) {
        ModelSpec spec = withRoom(Specs.small(network), "");
        Random random = new Random(23);
        double[] scores = new double[50 * SAMPLES];
        boolean[] labels = new boolean[50 * SAMPLES];
        int count = 0;
        try (Trainer trainer = trainer(spec)) {
            for (int step = 0; step < 150; step++) {
                List<Impression> batch = step < 50 ? batch(random, 0, 1, 2) : batch(random, 0, 1, 2, 3);
                MiniBatch samples = miniBatch(spec, batch);
                double[] given =
                        trainer.step(step < 50 ? samples : adding(samples, "d")).scores();
                for (int sample = 0; sample < SAMPLES && step >= 100; sample++) {
                    if (batch.get(sample).domain == 3) {
                        scores[count] = given[sample];
                        labels[count++] = batch.get(sample).label(0);
                    }
                }
            }
        }
        assertThat(RankedScores.of(Arrays.copyOf(scores, count), Arrays.copyOf(labels, count))
                        .auc()
                        .orElseThrow())
                .isGreaterThan(0.85);
    }

    /** A domain added to HiNet or STEM sees the experts of the one that it comes from, which that one has as its own. */
    static Stream<Named<ModelSpec>> growingWithoutOthersExperts() {
        return growing()
                .filter(model -> !Set.of(NetworkKind.HINET, NetworkKind.STEM)
                        .contains(model.getPayload().network()));
    }

    @ParameterizedTest
    @MethodSource("growingWithoutOthersExperts")
    void a_domain_that_starts_from_another_scores_as_that_one(ModelSpec model) {
        ModelSpec spec = withRoom(model, "new-domains-from: [b]\n");
        Random random = new Random(25);
        try (Trainer trainer = trainer(spec)) {
            for (int step = 0; step < 5; step++) {
                trainer.step(miniBatch(spec, batch(random, 0, 1, 2)));
            }
            List<Impression> ofB = batch(random, 1);
            // So that b has taught each of their ids.
            trainer.step(miniBatch(spec, ofB));
            MiniBatch ofNew = new MiniBatch(3, spec.tasks().size());
            ofNew.addDomain("d");
            for (Impression impression : ofB) {
                ofNew.startUnlabelled(3, 0);
                addFeatures(spec, impression, ofNew);
            }

            assertThat(trainer.score(ofNew).scores())
                    .containsExactly(trainer.score(miniBatch(spec, ofB)).scores());
        }
    }

    @ParameterizedTest
    @MethodSource("growing")
    void a_restored_network_goes_on_with_its_added_domains_as_if_never_interrupted(ModelSpec model) {
        ModelSpec spec = withRoom(model, "");

        double[] uninterrupted = scoresWithAdded(spec, -1);

        assertThat(scoresWithAdded(spec, 4)).containsExactly(uninterrupted);
        assertThat(scoresWithAdded(spec, 6)).containsExactly(uninterrupted);
    }

    /** Of a stream that brings a domain and, later, another one; after one of the steps a fresh trainer takes over. */
    private static double[] scoresWithAdded(ModelSpec spec, int restoredAfter) {
        Random random = new Random(27);
        ModelRows rows = ModelRows.inMemory(spec);
        double[] scores = {};
        Trainer trainer = new Trainer(spec, rows, ComputeDevice.CPU);
        for (int step = 0; step < 9; step++) {
            int[] domains = step < 3 ? new int[] {0, 1, 2} : step < 6 ? new int[] {0, 3} : new int[] {1, 2, 3, 4};
            MiniBatch batch = miniBatch(spec, batch(random, domains));
            if (step == 3) {
                adding(batch, "d");
            }
            if (step == 6) {
                adding(batch, "e");
            }
            scores = trainer.step(batch).scores();
            if (step == restoredAfter) {
                byte[] snapshot = trainer.snapshot();
                trainer.close();
                trainer = new Trainer(spec.withSeed(77), rows, ComputeDevice.CPU);
                trainer.restore(snapshot);
            }
        }
        trainer.close();
        return scores;
    }

    /** The same model with room for two further domains. */
    private static ModelSpec withRoom(ModelSpec spec, String more) {
        String yaml = SpecReader.write(spec)
                .replace("max-domains: 0\n", "max-domains: 5\n")
                .replace("new-domains-from: []\n", more.isEmpty() ? "new-domains-from: []\n" : more);
        return SpecReader.parse("with room", yaml);
    }

    private static MiniBatch adding(MiniBatch batch, String domain) {
        batch.addDomain(domain);
        return batch;
    }

    @ParameterizedTest
    @MethodSource("models")
    void scoring_gives_the_scores_of_the_next_step_and_changes_nothing(ModelSpec spec) {
        Random random = new Random(5);
        try (Trainer trainer = trainer(spec)) {
            trainer.step(miniBatch(spec, batch(random, 0, 1, 2)));
            List<Impression> next = batch(random, 1, 2);
            byte[] before = trainer.snapshot();

            Scored scored = trainer.score(miniBatch(spec, next));

            assertThat(trainer.snapshot()).containsExactly(before);
            assertThat(scored.expertNorms().length % next.size()).isZero();
            assertThat(trainer.step(miniBatch(spec, next)).scores()).containsExactly(scored.scores());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void a_score_does_not_depend_on_the_other_impressions_of_its_batch(ModelSpec spec) {
        List<String> tasks = spec.tasks();
        Random random = new Random(8);
        try (Trainer trainer = trainer(spec)) {
            for (int step = 0; step < 5; step++) {
                trainer.step(miniBatch(spec, batch(random, 0, 1, 2)));
            }
            List<Impression> batch = batch(random, 0, 1, 2);
            double[] together = trainer.score(miniBatch(spec, batch)).scores();
            for (int k = 0; k < 5; k++) {
                double[] alone =
                        trainer.score(miniBatch(spec, batch.subList(k, k + 1))).scores();
                for (int task = 0; task < tasks.size(); task++) {
                    // Not bit for bit: the native library's products round by the size of the batch.
                    assertThat(Math.abs(alone[task] - together[k * tasks.size() + task]))
                            .isLessThan(ROUNDING);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void a_step_that_is_not_finite_teaches_nothing(ModelSpec spec) {
        Random random = new Random(9);
        try (Trainer trainer = trainer(spec)) {
            List<Impression> good = batch(random, 0, 1, 2);
            trainer.step(miniBatch(spec, good));
            double[] before = trainer.score(miniBatch(spec, good)).scores();
            MiniBatch bad = miniBatch(spec, good);
            bad.start(0, true, 0);
            for (int feature = 0; feature < 3; feature++) {
                bad.add(key(spec, feature, 0), Float.NaN);
                bad.endFeature();
            }

            assertThat(trainer.step(bad).skipped()).isPresent();

            assertThat(trainer.score(miniBatch(spec, good)).scores()).containsExactly(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void health_is_told_of_what_the_network_has(NetworkKind network) {
        ModelSpec spec = Specs.small(network, "health: {every-steps: 2, patience: 0}\n");
        Random random = new Random(4);
        try (Trainer trainer = trainer(spec)) {
            trainer.step(miniBatch(spec, batch(random, 0, 1, 2)));
            StepResult result = trainer.step(miniBatch(spec, batch(random, 0, 2)));

            ModelHealth health = result.health().orElseThrow();
            assertThat(health.weightNorm()).isPositive();
            assertThat(health.covarianceLoss().isPresent())
                    .isEqualTo(!health.experts().isEmpty());
            if (!health.gates().isEmpty()) {
                assertThat(health.gates())
                        .extracting(ModelHealth.GateUse::domain)
                        .containsExactly("a", "c");
            }
            switch (network) {
                case CROCODILE, MMOE, ME_MMOE -> assertThat(health.experts()).hasSize(3);
                case STEM -> assertThat(health.experts()).hasSize(4);
                case PLE, ME_PLE -> {
                    assertThat(health.gates()).isNotEmpty();
                    assertThat(health.experts()).isEmpty();
                }
                default -> {
                    assertThat(health.gates()).isEmpty();
                    assertThat(health.experts()).isEmpty();
                }
            }
        }
    }

    /**
     * A user who clicks much clicks any item, and all click a good one; but who clicks much likes little. A third of the likes
     * is unknown.
     */
    private record Impression(int domain, int user, int item) {

        boolean label(int task) {
            int ofUser = 2 * user % USERS * ITEMS;
            int ofItem = 2 * item % ITEMS * USERS;
            return task == 0 ? ofUser + ofItem > USERS * ITEMS : ofItem > ofUser;
        }

        boolean isLabelled(int task) {
            return task == 0 || (user + item) % 3 > 0;
        }
    }

    private static List<Impression> batch(Random random, int... domains) {
        List<Impression> batch = new ArrayList<>();
        for (int k = 0; k < SAMPLES; k++) {
            int domain = domains[random.nextInt(domains.length)];
            batch.add(new Impression(domain, random.nextInt(USERS), random.nextInt(ITEMS)));
        }
        return batch;
    }

    private static MiniBatch miniBatch(ModelSpec spec, List<Impression> impressions) {
        return miniBatch(spec, impressions, Impression::isLabelled);
    }

    private static MiniBatch miniBatch(
            ModelSpec spec, List<Impression> impressions, BiPredicate<Impression, Integer> labelled) {
        MiniBatch batch = new MiniBatch(3, spec.tasks().size());
        for (Impression impression : impressions) {
            batch.startUnlabelled(impression.domain, 0);
            for (int task = 0; task < spec.tasks().size(); task++) {
                if (labelled.test(impression, task)) {
                    batch.label(task, impression.label(task));
                }
            }
            addFeatures(spec, impression, batch);
        }
        return batch;
    }

    private static void addFeatures(ModelSpec spec, Impression impression, MiniBatch batch) {
        int[] ids = {impression.user, impression.item, impression.domain};
        for (int feature = 0; feature < 3; feature++) {
            batch.add(key(spec, feature, ids[feature]), 1f);
            batch.endFeature();
        }
    }

    private static long key(ModelSpec spec, int feature, long id) {
        return RowKeys.key(RowKeys.hash(spec.features().get(feature)), id);
    }

    private static Trainer trainer(ModelSpec spec) {
        return new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU);
    }
}

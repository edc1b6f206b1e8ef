package io.caiman.model.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.evaluation.RankedScores;
import io.caiman.model.health.ModelHealth;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Scored;
import io.caiman.model.train.StepResult;
import io.caiman.model.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every network must do under the trainer. */
class NetworkContractTest {

    private static final int SAMPLES = 48;
    private static final int USERS = 20;
    private static final int ITEMS = 15;

    @ParameterizedTest
    @EnumSource
    void learns_a_stream_that_a_sum_of_weights_can_separate(NetworkKind network) {
        ModelSpec spec = Specs.small(network);
        Random random = new Random(3);
        double[] scores = new double[100 * SAMPLES];
        boolean[] labels = new boolean[scores.length];
        try (Trainer trainer = trainer(spec)) {
            for (int step = 0; step < 300; step++) {
                List<Impression> batch = batch(random, 0, 1, 2);
                double[] given = trainer.step(miniBatch(spec, batch)).scores();
                for (int k = 0; k < SAMPLES && step >= 200; k++) {
                    scores[(step - 200) * SAMPLES + k] = given[k];
                    labels[(step - 200) * SAMPLES + k] = batch.get(k).label();
                }
            }
        }
        assertThat(RankedScores.of(scores, labels).auc().orElseThrow()).isGreaterThan(0.9);
    }

    @ParameterizedTest
    @EnumSource
    void the_same_seed_and_stream_give_the_same_scores_bit_for_bit(NetworkKind network) {
        ModelSpec spec = Specs.small(network);

        assertThat(lastScores(spec, -1)).containsExactly(lastScores(spec, -1));
        assertThat(lastScores(spec.withSeed(2), -1)).isNotEqualTo(lastScores(spec, -1));
    }

    @ParameterizedTest
    @EnumSource
    void a_restored_network_goes_on_as_if_never_interrupted(NetworkKind network) {
        ModelSpec spec = Specs.small(network);

        assertThat(lastScores(spec, 7)).containsExactly(lastScores(spec, -1));
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
    @EnumSource
    void scoring_gives_the_scores_of_the_next_step_and_changes_nothing(NetworkKind network) {
        ModelSpec spec = Specs.small(network);
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
    @EnumSource
    void a_score_does_not_depend_on_the_other_impressions_of_its_batch(NetworkKind network) {
        ModelSpec spec = Specs.small(network);
        Random random = new Random(8);
        try (Trainer trainer = trainer(spec)) {
            for (int step = 0; step < 5; step++) {
                trainer.step(miniBatch(spec, batch(random, 0, 1, 2)));
            }
            List<Impression> batch = batch(random, 0, 1, 2);
            double[] together = trainer.score(miniBatch(spec, batch)).scores();
            for (int k = 0; k < 5; k++) {
                double alone =
                        trainer.score(miniBatch(spec, batch.subList(k, k + 1))).scores()[0];
                // Not bit for bit: the native library's products round by the size of the batch.
                assertThat(Math.abs(alone - together[k])).isLessThan(1e-6);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_step_that_is_not_finite_teaches_nothing(NetworkKind network) {
        ModelSpec spec = Specs.small(network);
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

    /** A user who likes much likes any item, and all like a good one. */
    private record Impression(int domain, int user, int item) {

        boolean label() {
            return 2 * user % USERS * ITEMS + 2 * item % ITEMS * USERS > USERS * ITEMS;
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
        MiniBatch batch = new MiniBatch(3);
        for (Impression impression : impressions) {
            batch.start(impression.domain, impression.label(), 0);
            int[] ids = {impression.user, impression.item, impression.domain};
            for (int feature = 0; feature < 3; feature++) {
                batch.add(key(spec, feature, ids[feature]), 1f);
                batch.endFeature();
            }
        }
        return batch;
    }

    private static long key(ModelSpec spec, int feature, long id) {
        return RowKeys.key(RowKeys.hash(spec.features().get(feature)), id);
    }

    private static Trainer trainer(ModelSpec spec) {
        return new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU);
    }
}

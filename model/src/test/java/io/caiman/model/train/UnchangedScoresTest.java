package io.caiman.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specs written before networks could be chosen go on meaning the same Crocodile. */
class UnchangedScoresTest {

    /** None on one processor; another one's instructions round another way, and twenty steps carry that along. */
    private static final double OTHER_PROCESSOR = 1e-6;

    @ParameterizedTest
    @CsvSource({
        "multi, prior-elementwise, covariance, 0.42306891017204157, 0.6366701544123973, 0.4221331725801143",
        "multi, prior, dot, 0.42415644640305705, 0.6361172203117328, 0.4229528473048186",
        "multi, mmoe, none, 0.42339292147443286, 0.6356909714714739, 0.42169504911895395",
        "single, mmoe, importance, 0.4226723705104686, 0.6345535767185518, 0.4231037394179531"
    })
    void a_spec_without_a_network_scores_as_it_did_before_there_was_a_choice(
            String sets, String gate, String loss, double first, double middle, double last) {
        ModelSpec spec = SpecReader.parse("test", """
                name: crocodile
                task: click
                domains: [a, b, c]
                features: [user, item, domain]
                embedding: {sets: %s, dimension: 4, initial-scale: 0.5}
                experts: {count: 3, layers: [8, 6]}
                towers: [5]
                gate: %s
                loss: {disentangling: %s, disentangling-weight: 0.01}
                """.formatted(sets, gate, loss));
        Random random = new Random(17);
        double[] scores = {};
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            for (int step = 0; step < 20; step++) {
                MiniBatch batch = new MiniBatch(3);
                for (int sample = 0; sample < 16; sample++) {
                    int domain = random.nextInt(3);
                    batch.start(domain, random.nextBoolean(), 0);
                    long[] ids = {random.nextInt(6), random.nextInt(9), domain};
                    for (int feature = 0; feature < 3; feature++) {
                        batch.add(RowKeys.key(RowKeys.hash(spec.features().get(feature)), ids[feature]), 1f);
                        batch.endFeature();
                    }
                }
                scores = trainer.step(batch).scores();
            }
        }
        assertThat(new double[] {scores[0], scores[7], scores[15]})
                .containsExactly(new double[] {first, middle, last}, within(OTHER_PROCESSOR));
    }
}

package io.caiman.model.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Trainer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SingleDomainTest {

    /** The same products over arrays that start elsewhere may round another way. */
    private static final double ROUNDING = 1e-5;

    private static final int STEPS = 20;

    @Test
    void a_domain_is_scored_as_if_there_were_no_other() {
        ModelSpec spec = Specs.small(NetworkKind.SINGLE_DOMAIN);
        try (Trainer all = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU);
                Trainer alone = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            Random random = new Random(6);
            for (int step = 0; step < STEPS; step++) {
                MiniBatch together = new MiniBatch(3);
                MiniBatch ofOne = new MiniBatch(3);
                for (int k = 0; k < 24; k++) {
                    boolean label = random.nextBoolean();
                    int[] ids = {random.nextInt(5), random.nextInt(4), k % 3};
                    add(spec, together, label, ids);
                    if (k % 3 == 1) {
                        add(spec, ofOne, label, ids);
                    }
                }
                double[] scores = all.step(together).scores();
                double[] expected = alone.step(ofOne).scores();
                for (int k = 0; k < expected.length; k++) {
                    assertThat(scores[3 * k + 1]).isCloseTo(expected[k], within(ROUNDING));
                }
            }
        }
    }

    private static void add(ModelSpec spec, MiniBatch batch, boolean label, int... ids) {
        batch.start(ids[2], label, 0);
        for (int feature = 0; feature < 3; feature++) {
            batch.add(RowKeys.key(RowKeys.hash(spec.features().get(feature)), ids[feature]), 1f);
            batch.endFeature();
        }
    }
}

package io.caiman.model.zoo;

import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.ModelSpec;
import java.util.Optional;

/**
 * DeepFM (Guo et al. 2017, Eq. 1-4): a factorization machine and an MLP over the same vectors,
 *
 * <pre>
 * logit = sum of w_i + sum over i < j of v_i . v_j + MLP(v_1 .. v_F)
 * </pre>
 *
 * <p>With several tasks the MLP has an output for each; they share weights and products.
 */
final class DeepFm extends Network {

    private final Tower deep;
    private final int features;

    DeepFm(ModelSpec spec) {
        this.features = spec.features().size();
        this.deep = deepTower(spec, features * spec.embedding().dimension());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(TowerShape.of(deep));
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        Fields fields = Fields.of(input, features);
        return Output.of(deep.forward(leaves, fields.flat(), input.gates())
                .add(fields.linear())
                .add(fields.innerProducts()));
    }
}

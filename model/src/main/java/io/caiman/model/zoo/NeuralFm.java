package io.caiman.model.zoo;

import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.ModelSpec;
import java.util.Optional;

/**
 * NFM (He and Chua 2017, Sec. 3): {@code logit = b + sum of w_i + MLP(sum over i < j of v_i * v_j)}, products taken
 * element by element. Without the paper's dropout and batch normalization, which would make a score depend on chance or
 * on its neighbours in the batch. With several tasks the MLP has an output for each; they share the weights w.
 */
final class NeuralFm extends Network {

    private final Tower deep;
    private final int features;

    NeuralFm(ModelSpec spec) {
        this.features = spec.features().size();
        this.deep = deepTower(spec, spec.embedding().dimension());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(TowerShape.of(deep));
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        Fields fields = Fields.of(input, features);
        return Output.of(
                deep.forward(leaves, fields.pooledPairs(), input.gates()).add(fields.linear()));
    }
}

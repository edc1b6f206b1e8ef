package io.caiman.model.zoo;

import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.ModelSpec;
import java.util.Optional;

/**
 * Wide and Deep (Cheng et al. 2016, Eq. 3): {@code logit = sum of w_i + MLP(v_1 .. v_F) + b}. Weights of pairs of ids, the
 * paper's cross-product transformations, are the spec's {@code wide.crosses}. Everything learns by the optimizers of the
 * spec, where the paper has FTRL for the wide and AdaGrad for the deep part. With several tasks the MLP has an output for
 * each; they share the weights w.
 */
final class WideAndDeep extends Network {

    private final Tower deep;
    private final int features;

    WideAndDeep(ModelSpec spec) {
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
        return Output.of(deep.forward(leaves, fields.flat(), input.gates()).add(fields.linear()));
    }
}

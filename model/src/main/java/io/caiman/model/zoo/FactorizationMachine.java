package io.caiman.model.zoo;

import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;

/**
 * A factorization machine (Rendle 2010, Eq. 1): {@code logit = b + sum of w_i + sum over i < j of v_i . v_j}, over an
 * impression's features, one with several ids having their mean for w and v.
 */
final class FactorizationMachine extends Network {

    private final int bias = layout.addConstant("bias", new Shape(1, 1), 0);
    private final int features;

    FactorizationMachine(ModelSpec spec) {
        this.features = spec.features().size();
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        Fields fields = Fields.of(input, features);
        return Output.of(fields.linear().add(fields.innerProducts()).add(leaves.get(bias)));
    }
}

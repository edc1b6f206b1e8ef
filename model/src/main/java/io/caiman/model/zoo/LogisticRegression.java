package io.caiman.model.zoo;

import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.Leaves;

/**
 * Logistic regression over features' ids (Richardson et al. 2007): {@code logit = b + sum over features of w_id}. An
 * embedding is nothing but its id's weight.
 */
final class LogisticRegression extends Network {

    private final int bias = layout.addConstant("bias", new Shape(1, 1), 0);

    @Override
    public Output forward(Leaves leaves, Input input) {
        return Output.of(input.set(0).sum(new int[] {1}, true).add(leaves.get(bias)));
    }
}

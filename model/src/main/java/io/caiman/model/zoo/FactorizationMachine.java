package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;

/**
 * A factorization machine (Rendle 2010, Eq. 1) for each task t, over an impression's features i, one with several ids
 * having their mean for w and v:
 *
 * <pre>
 * logit_t = b_t + sum over i of w_ti + sum over i < j of v_ti . v_tj
 * </pre>
 *
 * <p>Each task has an embedding set of its own. Vectors that all tasks share would add the same number to each task's logit,
 * and what is liked would be what is clicked.
 */
final class FactorizationMachine extends Network {

    private final int bias;
    private final int features;
    private final int tasks;

    FactorizationMachine(ModelSpec spec) {
        this.features = spec.features().size();
        this.tasks = spec.tasks().size();
        this.bias = layout.addConstant("bias", new Shape(1, tasks), 0);
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray sums = byTask(tasks, task -> {
            Fields fields = Fields.of(input.set(task), features);
            return fields.linear().add(fields.innerProducts());
        });
        return Output.of(sums.add(leaves.get(bias)));
    }
}

package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;

/**
 * Logistic regression over features' ids (Richardson et al. 2007), one for each task t:
 *
 * <pre>
 * logit_t = b_t + sum over features of w_t,id
 * </pre>
 *
 * <p>An embedding is nothing but its id's weight, and each task has an embedding set: tasks share nothing.
 */
final class LogisticRegression extends Network {

    private final int bias;
    private final int tasks;

    LogisticRegression(ModelSpec spec) {
        this.tasks = spec.tasks().size();
        this.bias = layout.addConstant("bias", new Shape(1, tasks), 0);
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray sums = byTask(tasks, task -> input.set(task).sum(new int[] {1}, true));
        return Output.of(sums.add(leaves.get(bias)));
    }
}

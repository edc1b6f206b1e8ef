package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;

/**
 * Where things stand in the row of a pair of ids of crossed features: for each task a bias and its AdaGrad accumulator, then
 * {@link RowStatistics}.
 *
 * @param tasks number of tasks
 */
public record CrossLayout(int tasks) {

    /** The layout of a model's crosses. */
    public static CrossLayout of(ModelSpec spec) {
        return new CrossLayout(spec.tasks().size());
    }

    /** Offset of the bias for a task. */
    public int bias(int task) {
        return 2 * task;
    }

    /** Offset of the accumulator of the bias for a task. */
    public int accumulator(int task) {
        return bias(task) + 1;
    }

    /** Offset of the statistics. */
    public int statistics() {
        return bias(tasks);
    }

    /** Floats in one row. */
    public int stride() {
        return statistics() + RowStatistics.FLOATS;
    }
}

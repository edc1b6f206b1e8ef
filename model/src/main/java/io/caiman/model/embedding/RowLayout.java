package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;

/**
 * Where things stand in one embedding row, a run of {@link #stride()} floats:
 *
 * <pre>
 * [0, sets*dimension)          the embeddings, set after set
 * [.., +dimension)             the prior embedding, where the network or a plug-in reads one
 * [.., +embeddings)            one AdaGrad accumulator for each of those embeddings
 * [.., +2 * tasks)             for each task the wide part's bias and its AdaGrad accumulator
 * [.., +(factors + 1) * tasks) for each task the wide part's factors and their AdaGrad accumulator, where there are factors
 * [.., +5)                     statistics, see {@link RowStatistics}
 * </pre>
 *
 * <p>All features share one layout, so a store needs one stride. Features outside the gates' prior leave theirs unused;
 * nearly all rows are users and items, which use it.
 *
 * @param sets number of embedding sets
 * @param prior whether there is a prior embedding
 * @param dimension width of one embedding
 * @param tasks number of tasks, each with a wide part of its own
 * @param factors width of a task's factors, 0 without
 */
public record RowLayout(int sets, boolean prior, int dimension, int tasks, int factors) {

    public RowLayout {
        if (sets < 1 || dimension < 1 || tasks < 1 || factors < 0) {
            throw new IllegalArgumentException(
                    "sets, dimension and tasks must be positive, factors not negative: sets=%d, dimension=%d, tasks=%d, factors=%d"
                            .formatted(sets, dimension, tasks, factors));
        }
    }

    /** The layout of a model's rows. */
    public static RowLayout of(ModelSpec spec) {
        return new RowLayout(
                spec.embeddingSets(),
                !spec.priorInputs().isEmpty(),
                spec.embeddingWidth(),
                spec.tasks().size(),
                spec.wide().factors().width());
    }

    /** Embeddings in a row: those of the sets and, after them, the prior one where there is one. */
    public int embeddings() {
        return prior ? sets + 1 : sets;
    }

    /** Offset of an embedding's first weight; {@code embedding == sets} is the prior one. */
    public int weights(int embedding) {
        return embedding * dimension;
    }

    /** Offset of an embedding's AdaGrad accumulator. */
    public int accumulator(int embedding) {
        return embeddings() * dimension + embedding;
    }

    /** Offset of the wide part's bias for a task. */
    public int bias(int task) {
        return embeddings() * (dimension + 1) + 2 * task;
    }

    /** Offset of the accumulator of the wide part's bias for a task. */
    public int biasAccumulator(int task) {
        return bias(task) + 1;
    }

    /** Offset of the first factor for a task. */
    public int factor(int task) {
        return bias(tasks) + task * (factors + 1);
    }

    /** Offset of the accumulator of the factors for a task. */
    public int factorAccumulator(int task) {
        return factor(task) + factors;
    }

    /** Offset of the {@link RowStatistics}. */
    public int statistics() {
        return factors == 0 ? bias(tasks) : factor(tasks);
    }

    /** Floats in one row. */
    public int stride() {
        return statistics() + RowStatistics.FLOATS;
    }
}

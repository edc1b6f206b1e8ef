package io.caiman.model.embedding;

import io.caiman.model.spec.ModelSpec;

/**
 * Where things stand in one embedding row, a run of {@link #stride()} floats:
 *
 * <pre>
 * [0, sets*dimension)          the embeddings, set after set
 * [.., +dimension)             the prior embedding, where the network or a plug-in reads one
 * [.., +embeddings)            one AdaGrad accumulator for each of those embeddings
 * [.., +2)                     the wide part's bias and its AdaGrad accumulator
 * [.., +factors)               the wide part's factors
 * [.., +1)                     their AdaGrad accumulator, where there are factors
 * [.., +5)                     statistics, see {@link RowStatistics}
 * </pre>
 *
 * <p>All features share one layout, so a store needs one stride. Features outside the gates' prior leave theirs unused;
 * nearly all rows are users and items, which use it.
 *
 * @param sets number of embedding sets
 * @param prior whether there is a prior embedding
 * @param dimension width of one embedding
 * @param factors width of the factors, 0 without
 */
public record RowLayout(int sets, boolean prior, int dimension, int factors) {

    public RowLayout {
        if (sets < 1 || dimension < 1 || factors < 0) {
            throw new IllegalArgumentException(
                    "sets and dimension must be positive, factors not negative: sets=%d, dimension=%d, factors=%d"
                            .formatted(sets, dimension, factors));
        }
    }

    /** The layout of a model's rows. */
    public static RowLayout of(ModelSpec spec) {
        return new RowLayout(
                spec.embeddingSets(),
                !spec.priorInputs().isEmpty(),
                spec.embeddingWidth(),
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

    /** Offset of the wide part's bias. */
    public int bias() {
        return embeddings() * (dimension + 1);
    }

    /** Offset of the accumulator of the wide part's bias. */
    public int biasAccumulator() {
        return bias() + 1;
    }

    /** Offset of the first factor. */
    public int factor() {
        return bias() + 2;
    }

    /** Offset of the accumulator of the factors. */
    public int factorAccumulator() {
        return factor() + factors;
    }

    /** Offset of the {@link RowStatistics}. */
    public int statistics() {
        return factor() + (factors == 0 ? 0 : factors + 1);
    }

    /** Floats in one row. */
    public int stride() {
        return statistics() + RowStatistics.FLOATS;
    }
}

package io.caiman.model.embedding;

/**
 * Where things stand in one embedding row, a run of {@link #stride()} floats:
 *
 * <pre>
 * [0, sets*dimension)          the embeddings, set after set
 * [.., +dimension)             the prior embedding, for the gates
 * [.., +sets+1)                one AdaGrad accumulator for each of those embeddings
 * [.., +2)                     the wide part's bias and its AdaGrad accumulator
 * </pre>
 *
 * <p>All features share one layout, so a store needs one stride. Features outside the gates' prior leave theirs unused;
 * nearly all rows are users and items, which use it.
 *
 * @param sets number of embedding sets
 * @param dimension width of one embedding
 */
public record RowLayout(int sets, int dimension) {

    public RowLayout {
        if (sets < 1 || dimension < 1) {
            throw new IllegalArgumentException(
                    "sets and dimension must be positive: sets=" + sets + ", dimension=" + dimension);
        }
    }

    /** Embeddings in a row: those of the sets and the prior one, which comes last. */
    public int embeddings() {
        return sets + 1;
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

    /** Floats in one row. */
    public int stride() {
        return bias() + 2;
    }
}

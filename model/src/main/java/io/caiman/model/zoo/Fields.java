package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.Scalar;

/**
 * The features of a batch, each with a weight in a linear model and a vector.
 *
 * @param linear the sum of the features' weights, {@code [batch, 1]}
 * @param vectors {@code [batch, features, dimension]}
 */
record Fields(NDArray linear, NDArray vectors) {

    /** Reads them from the one embedding set, of a vector and, last, a weight. */
    static Fields of(Network.Input input, int features) {
        return of(input.set(0), features);
    }

    /** Reads them from an embedding set, {@code [batch, features * (dimension + 1)]}: a vector and, last, a weight. */
    static Fields of(NDArray rows, int features) {
        long batch = rows.getShape().get(0);
        NDArray fields = rows.reshape(batch, features, -1);
        NDList parts = fields.split(new long[] {fields.getShape().get(2) - 1}, 2);
        return new Fields(parts.get(1).sum(new int[] {1}), parts.get(0));
    }

    /** The vectors end to end, {@code [batch, features * dimension]}. */
    NDArray flat() {
        return vectors.reshape(vectors.getShape().get(0), -1);
    }

    /**
     * The sum over all pairs of features of the element-wise products of their vectors, {@code [batch, dimension]}: half of
     * (sum of v)^2 - sum of v^2 (Rendle 2010, Lemma 3.1).
     */
    NDArray pooledPairs() {
        NDArray square = vectors.sum(new int[] {1}).square();
        NDArray squares = vectors.square().sum(new int[] {1});
        return Scalar.times(square.sub(squares), 0.5f);
    }

    /** The inner products of all pairs of vectors, summed: {@code [batch, 1]}. */
    NDArray innerProducts() {
        return pooledPairs().sum(new int[] {1}, true);
    }
}

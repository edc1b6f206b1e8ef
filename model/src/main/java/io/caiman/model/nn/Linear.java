package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** A linear layer, {@code x W + b}. */
public final class Linear {

    private final int weight;
    private final int bias;

    /**
     * Adds the layer's weights to a layout, first uniform in (-1/sqrt(in), 1/sqrt(in)).
     *
     * @param name of the layer within the layout
     * @param in width of its input
     * @param out width of its output
     */
    public Linear(DenseLayout layout, String name, int in, int out) {
        double bound = 1 / Math.sqrt(in);
        this.weight = layout.add(name + ".weight", new Shape(in, out), bound);
        this.bias = layout.add(name + ".bias", new Shape(1, out), bound);
    }

    /**
     * The layer's output.
     *
     * @param input {@code [batch, in]}
     * @return {@code [batch, out]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        return MatrixProduct.of(input, weight(leaves), bias(leaves));
    }

    /** {@code [in, out]}. */
    NDArray weight(Leaves leaves) {
        return leaves.get(weight);
    }

    /** {@code [1, out]}. */
    NDArray bias(Leaves leaves) {
        return leaves.get(bias);
    }
}

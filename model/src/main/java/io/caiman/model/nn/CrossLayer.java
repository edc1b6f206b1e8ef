package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * A layer of a cross network. With a vector for weights, of DCN (Wang et al. 2017, Eq. 3), with a matrix, of DCN V2 (Wang
 * et al. 2021, Eq. 1):
 *
 * <pre>
 * x' = x_0 (x . w) + b + x        x' = x_0 * (x W + b) + x
 * </pre>
 */
public final class CrossLayer {

    private final int weight;
    private final int bias;
    private final boolean vector;

    /**
     * Adds the layer's weights to a layout.
     *
     * @param name of the layer within the layout
     * @param width of its input and output
     * @param out 1 for a vector, the width for a matrix
     */
    public CrossLayer(DenseLayout layout, String name, int width, int out) {
        this.weight = layout.add(name + ".weight", new Shape(width, out), 1 / Math.sqrt(width));
        this.bias = layout.addConstant(name + ".bias", new Shape(1, width), 0);
        this.vector = out == 1;
    }

    /**
     * The layer's output, {@code [batch, width]}.
     *
     * @param first the cross network's input, {@code [batch, width]}
     * @param input the layer's input, {@code [batch, width]}
     */
    public NDArray forward(Leaves leaves, NDArray first, NDArray input) {
        NDArray crossed = vector
                ? first.mul(input.matMul(leaves.get(weight))).add(leaves.get(bias))
                : first.mul(MatrixProduct.of(input, leaves.get(weight), leaves.get(bias)));
        return crossed.add(input);
    }
}

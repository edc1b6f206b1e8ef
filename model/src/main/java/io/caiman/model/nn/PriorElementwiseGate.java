package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * One domain's prior-informed element-wise gate (Crocodile, Eq. 8 and 10): a softmax over the experts, for each of
 * their output dimensions by itself, of a linear map of the prior embedding; then the weighted sum of the experts.
 *
 * <pre>
 * g = softmax over experts (r W),   t_j = sum over experts k of g_kj * O_kj
 * </pre>
 */
public final class PriorElementwiseGate {

    private final int weight;
    private final int experts;
    private final int dimension;

    /**
     * Adds the gate's weights to a layout.
     *
     * @param name of the gate within the layout
     * @param priorWidth width of the prior embedding
     * @param experts number of experts
     * @param dimension width of an expert's output
     */
    public PriorElementwiseGate(DenseLayout layout, String name, int priorWidth, int experts, int dimension) {
        this.weight = layout.add(
                name + ".weight", new Shape(priorWidth, (long) experts * dimension), 1 / Math.sqrt(priorWidth));
        this.experts = experts;
        this.dimension = dimension;
    }

    /**
     * The experts' outputs, mixed.
     *
     * @param prior {@code [batch, priorWidth]}
     * @param outputs {@code [batch, experts, dimension]}
     * @return {@code [batch, dimension]}
     */
    public NDArray forward(Leaves leaves, NDArray prior, NDArray outputs) {
        return weights(leaves, prior).mul(outputs).sum(new int[] {1});
    }

    /** The gate's weights {@code [batch, experts, dimension]}; over the experts they sum to 1. */
    public NDArray weights(Leaves leaves, NDArray prior) {
        return prior.matMul(leaves.get(weight))
                .reshape(prior.getShape().get(0), experts, dimension)
                .softmax(1);
    }
}

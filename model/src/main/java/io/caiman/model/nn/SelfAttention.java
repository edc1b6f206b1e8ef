package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;

/**
 * Multi-head self-attention between the features of a sample (Song et al. 2019, Eq. 5-8). Each head h sends feature m to
 *
 * <pre>
 * e_m = sum over k of softmax over k (e_m Q_h . e_k K_h) e_k V_h
 * </pre>
 *
 * <p>and with the heads' results side by side the output is ReLU([e_m of all heads] + e_m R). As in the paper, the inner
 * product is not divided by the root of its width.
 */
public final class SelfAttention {

    private final int query;
    private final int key;
    private final int value;
    private final int residual;
    private final int heads;
    private final int width;

    /**
     * Adds the layer's weights to a layout.
     *
     * @param name of the layer within the layout
     * @param in width of a feature
     * @param heads number of heads
     * @param width of a head
     */
    public SelfAttention(DenseLayout layout, String name, int in, int heads, int width) {
        Shape shape = new Shape(in, (long) heads * width);
        double bound = 1 / Math.sqrt(in);
        this.query = layout.add(name + ".query", shape, bound);
        this.key = layout.add(name + ".key", shape, bound);
        this.value = layout.add(name + ".value", shape, bound);
        this.residual = layout.add(name + ".residual", shape, bound);
        this.heads = heads;
        this.width = width;
    }

    /**
     * The layer's output.
     *
     * @param input {@code [batch, features, in]}
     * @return {@code [batch, features, heads * width]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        NDArray scores =
                head(leaves, query, input).matMul(head(leaves, key, input).transpose(0, 1, 3, 2));
        NDArray attended = scores.softmax(3).matMul(head(leaves, value, input));
        NDArray joined = attended.transpose(0, 2, 1, 3)
                .reshape(input.getShape().get(0), input.getShape().get(1), (long) heads * width);
        return Activation.relu(joined.add(input.matMul(leaves.get(residual))));
    }

    /** A map of the features, by head: {@code [batch, heads, features, width]}. */
    private NDArray head(Leaves leaves, int weight, NDArray input) {
        return input.matMul(leaves.get(weight))
                .reshape(input.getShape().get(0), input.getShape().get(1), heads, width)
                .transpose(0, 2, 1, 3);
    }
}

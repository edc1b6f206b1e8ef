package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One domain's gate: for each sample a softmax over the experts of a linear map of the gate's input, then the weighted
 * sum of the experts' outputs.
 *
 * <pre>
 * g = softmax over experts (r W),   t_j = sum over experts k of g_kj * O_kj
 * </pre>
 *
 * <p>With a width of the experts' outputs it is element-wise (Crocodile, Eq. 8 and 10): every dimension has a softmax of
 * its own. With a width of 1 an expert's dimensions share one weight, as in MMoE.
 */
public final class ExpertGate {

    private final int weight;
    private final int experts;
    private final int width;

    /**
     * Adds the gate's weights to a layout.
     *
     * @param name of the gate within the layout
     * @param inputWidth width of the gate's input
     * @param experts number of experts
     * @param width 1, or the width of an expert's output
     */
    public ExpertGate(DenseLayout layout, String name, int inputWidth, int experts, int width) {
        this(layout, name, inputWidth, IntStream.range(0, experts).boxed().toList(), width);
    }

    /**
     * Adds the weights of a gate to a layout that mixes other experts than those of other domains.
     *
     * @param name of the gate within the layout
     * @param inputWidth width of the gate's input
     * @param experts which experts, by numbers that mean the same in every domain's gate
     * @param width 1, or the width of an expert's output
     */
    public ExpertGate(DenseLayout layout, String name, int inputWidth, List<Integer> experts, int width) {
        this.weight = layout.add(
                name + ".weight",
                new Shape(inputWidth, (long) experts.size() * width),
                1 / Math.sqrt(inputWidth),
                experts);
        this.experts = experts.size();
        this.width = width;
    }

    /**
     * The gate's weights.
     *
     * @param input {@code [batch, inputWidth]}
     * @return {@code [batch, experts, width]}; over the experts they sum to 1
     */
    public NDArray weights(Leaves leaves, NDArray input) {
        return weights(scores(leaves, input));
    }

    /**
     * What the weights are the softmax of.
     *
     * @param input {@code [batch, inputWidth]}
     * @return {@code [batch, experts * width]}
     */
    public NDArray scores(Leaves leaves, NDArray input) {
        return input.matMul(leaves.get(weight));
    }

    /**
     * The weights that scores give, its own or those of other gates over as many experts of the same width.
     *
     * @param scores {@code [batch, experts * width]}
     * @return {@code [batch, experts, width]}; over the experts they sum to 1
     */
    public NDArray weights(NDArray scores) {
        return scores.reshape(-1, experts, width).softmax(1);
    }

    /**
     * The experts' outputs, mixed.
     *
     * @param weights {@code [batch, experts, width]}
     * @param outputs {@code [experts, batch, dimension]}
     * @return {@code [batch, dimension]}
     */
    public static NDArray mix(NDArray weights, NDArray outputs) {
        return weights.mul(outputs.transpose(1, 0, 2)).sum(new int[] {1});
    }
}

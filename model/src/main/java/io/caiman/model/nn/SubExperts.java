package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Experts and one gate that mixes them by their common input, the sub-expert integration module of HiNet (Zhou et al. 2023):
 * {@code sum over k of softmax(x W)_k Q_k(x)}.
 */
public final class SubExperts {

    private final ExpertLayers experts;
    private final ExpertGate gate;

    /**
     * Adds the weights to a layout.
     *
     * @param name of the experts within the layout
     * @param count number of experts
     * @param inputWidth width of their input
     * @param widths widths of their layers
     */
    public SubExperts(DenseLayout layout, String name, int count, int inputWidth, List<Integer> widths) {
        this.experts = new ExpertLayers(layout, name, count, inputWidth, widths);
        this.gate = new ExpertGate(layout, name + ".gate", inputWidth, count, 1);
    }

    /**
     * The experts' outputs, mixed.
     *
     * @param input {@code [1, batch, inputWidth]}
     * @return {@code [batch, last width]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        return ExpertGate.mix(gate.weights(leaves, input.get(0)), experts.forward(leaves, input));
    }
}

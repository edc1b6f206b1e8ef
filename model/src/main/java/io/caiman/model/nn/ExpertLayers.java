package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;

/**
 * M expert MLPs of the same shape side by side (Crocodile, Eq. 4): ReLU after every layer, the last one too, so that
 * outputs are not negative (Sec. 4.5). One batched product a layer serves all experts.
 */
public final class ExpertLayers {

    private final List<Integer> weights = new ArrayList<>();
    private final List<Integer> biases = new ArrayList<>();

    /**
     * Adds the experts' weights to a layout.
     *
     * @param name of the experts within the layout
     * @param experts number of experts
     * @param inputWidth width of each expert's input
     * @param widths widths of the layers
     */
    public ExpertLayers(DenseLayout layout, String name, int experts, int inputWidth, List<Integer> widths) {
        int in = inputWidth;
        for (int layer = 0; layer < widths.size(); layer++) {
            int out = widths.get(layer);
            double bound = 1 / Math.sqrt(in);
            weights.add(layout.add(name + "." + layer + ".weight", new Shape(experts, in, out), bound));
            biases.add(layout.add(name + "." + layer + ".bias", new Shape(experts, 1, out), bound));
            in = out;
        }
    }

    /**
     * The experts' outputs.
     *
     * @param input {@code [experts, batch, inputWidth]}, or {@code [1, batch, inputWidth]} for the same input to all
     * @return {@code [experts, batch, last width]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        NDArray hidden = input;
        for (int layer = 0; layer < weights.size(); layer++) {
            NDArray linear = hidden.matMul(leaves.get(weights.get(layer)));
            hidden = Activation.relu(linear.addi(leaves.get(biases.get(layer))));
        }
        return hidden;
    }
}

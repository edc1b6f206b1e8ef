package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;

/** One domain's tower (Crocodile, Eq. 5 before the sigmoid): hidden layers with ReLU, then one output, the logit. */
public final class Tower {

    private final List<Integer> weights = new ArrayList<>();
    private final List<Integer> biases = new ArrayList<>();

    /**
     * Adds the tower's weights to a layout.
     *
     * @param name of the tower within the layout
     * @param inputWidth width of its input
     * @param hiddenWidths widths of its hidden layers
     */
    public Tower(DenseLayout layout, String name, int inputWidth, List<Integer> hiddenWidths) {
        int in = inputWidth;
        List<Integer> widths = new ArrayList<>(hiddenWidths);
        widths.add(1);
        for (int layer = 0; layer < widths.size(); layer++) {
            int out = widths.get(layer);
            double bound = 1 / Math.sqrt(in);
            weights.add(layout.add(name + "." + layer + ".weight", new Shape(in, out), bound));
            biases.add(layout.add(name + "." + layer + ".bias", new Shape(1, out), bound));
            in = out;
        }
    }

    /**
     * The logits.
     *
     * @param input {@code [batch, inputWidth]}
     * @return {@code [batch, 1]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        NDArray hidden = input;
        for (int layer = 0; layer < weights.size(); layer++) {
            NDArray linear = hidden.matMul(leaves.get(weights.get(layer))).addi(leaves.get(biases.get(layer)));
            hidden = layer == weights.size() - 1 ? linear : Activation.relu(linear);
        }
        return hidden;
    }
}

package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;

/** Linear layers, each with ReLU; without any, the identity. */
public final class Mlp {

    private final List<Linear> layers = new ArrayList<>();
    private final List<Integer> inputWidths = new ArrayList<>();
    private final int outputWidth;

    /**
     * Adds the layers' weights to a layout.
     *
     * @param name of the layers within the layout, whose numbers follow
     * @param inputWidth width of the input
     * @param widths widths of the layers
     */
    public Mlp(DenseLayout layout, String name, int inputWidth, List<Integer> widths) {
        int in = inputWidth;
        for (int out : widths) {
            layers.add(new Linear(layout, name + "." + layers.size(), in, out));
            inputWidths.add(in);
            in = out;
        }
        this.outputWidth = in;
    }

    /** Width of the input of each layer. */
    public List<Integer> inputWidths() {
        return List.copyOf(inputWidths);
    }

    /** Width of the output. */
    public int outputWidth() {
        return outputWidth;
    }

    /**
     * The last layer's output.
     *
     * @param input {@code [batch, inputWidth]}
     * @return {@code [batch, outputWidth]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        return forward(leaves, input, LayerGates.NONE);
    }

    /**
     * The last layer's output, with gates of the layers' inputs.
     *
     * @param input {@code [batch, inputWidth]}
     * @return {@code [batch, outputWidth]}
     */
    public NDArray forward(Leaves leaves, NDArray input, LayerGates gates) {
        NDArray hidden = input;
        for (int layer = 0; layer < layers.size(); layer++) {
            hidden = Activation.relu(layers.get(layer).forward(leaves, gates.gated(layer, hidden)));
        }
        return hidden;
    }
}

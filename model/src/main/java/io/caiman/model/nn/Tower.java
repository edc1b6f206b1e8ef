package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/** What ends in logits (Crocodile, Eq. 5 before the sigmoid): hidden layers with ReLU, then a linear one. */
public final class Tower {

    private final Mlp hidden;
    private final Linear last;
    private final List<Integer> inputWidths;

    /**
     * Adds the tower's weights to a layout.
     *
     * @param name of the tower within the layout
     * @param inputWidth width of its input
     * @param hiddenWidths widths of its hidden layers
     * @param outputs how many logits it gives
     */
    public Tower(DenseLayout layout, String name, int inputWidth, List<Integer> hiddenWidths, int outputs) {
        this.hidden = new Mlp(layout, name, inputWidth, hiddenWidths);
        this.last = new Linear(layout, name + "." + hiddenWidths.size(), hidden.outputWidth(), outputs);
        this.inputWidths = new ArrayList<>(hidden.inputWidths());
        inputWidths.add(hidden.outputWidth());
    }

    /** Width of the input of each layer, the last one too. */
    public List<Integer> inputWidths() {
        return List.copyOf(inputWidths);
    }

    /**
     * The logits.
     *
     * @param input {@code [batch, inputWidth]}
     * @return {@code [batch, outputs]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        return forward(leaves, input, LayerGates.NONE);
    }

    /**
     * The logits, with gates of the layers' inputs.
     *
     * @param input {@code [batch, inputWidth]}
     * @return {@code [batch, outputs]}
     */
    public NDArray forward(Leaves leaves, NDArray input, LayerGates gates) {
        NDArray output = hidden.forward(leaves, input, gates);
        return last.forward(leaves, gates.gated(inputWidths.size() - 1, output));
    }
}

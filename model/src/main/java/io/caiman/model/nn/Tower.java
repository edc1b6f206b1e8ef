package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** What ends in logits (Crocodile, Eq. 5 before the sigmoid): hidden layers with ReLU, then a linear one. */
public final class Tower {

    private final Mlp hidden;
    private final Linear last;

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
    }

    /**
     * The logits.
     *
     * @param input {@code [batch, inputWidth]}
     * @return {@code [batch, outputs]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        return last.forward(leaves, hidden.forward(leaves, input));
    }
}

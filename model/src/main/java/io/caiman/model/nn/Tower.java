package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** What ends in a logit (Crocodile, Eq. 5 before the sigmoid): hidden layers with ReLU, then one output. */
public final class Tower {

    private final Mlp hidden;
    private final Linear last;

    /**
     * Adds the tower's weights to a layout.
     *
     * @param name of the tower within the layout
     * @param inputWidth width of its input
     * @param hiddenWidths widths of its hidden layers
     */
    public Tower(DenseLayout layout, String name, int inputWidth, List<Integer> hiddenWidths) {
        this.hidden = new Mlp(layout, name, inputWidth, hiddenWidths);
        this.last = new Linear(layout, name + "." + hiddenWidths.size(), hidden.outputWidth(), 1);
    }

    /**
     * The logits.
     *
     * @param input {@code [batch, inputWidth]}
     * @return {@code [batch, 1]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        return last.forward(leaves, hidden.forward(leaves, input));
    }
}

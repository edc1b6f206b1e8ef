package io.caiman.model.zoo;

import io.caiman.model.nn.Tower;
import java.util.List;

/**
 * The layers that lead from what a network has made of its input to its logits, of one sample.
 *
 * @param towers of this shape: one for each task, or 1 where one has an output for each task
 * @param inputWidths width of the input of each of a tower's layers
 */
record TowerShape(int towers, List<Integer> inputWidths) {

    TowerShape {
        inputWidths = List.copyOf(inputWidths);
    }

    /** A tower that has an output for each task. */
    static TowerShape of(Tower tower) {
        return new TowerShape(1, tower.inputWidths());
    }
}

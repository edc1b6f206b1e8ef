package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * What the inputs of a tower's layers are multiplied by, element by element (Chang et al. 2023, Eq. 9: O_pp).
 *
 * @param layers for each layer of the tower {@code [batch, width of its input]}; none: nothing is multiplied
 */
public record LayerGates(List<NDArray> layers) {

    /** A tower without gates. */
    public static final LayerGates NONE = new LayerGates(List.of());

    public LayerGates {
        layers = List.copyOf(layers);
    }

    /** A layer's input {@code [batch, width]}, gated. */
    public NDArray gated(int layer, NDArray input) {
        return layers.isEmpty() ? input : layers.get(layer).mul(input);
    }

    /** One tower's share of gates that are those of several towers side by side (Chang et al. 2023, Eq. 8). */
    public LayerGates ofTower(int tower, int towers) {
        return towers == 1
                ? this
                : new LayerGates(layers.stream()
                        .map(gates -> gates.split(towers, 1).get(tower))
                        .toList());
    }
}

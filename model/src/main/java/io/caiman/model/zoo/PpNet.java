package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.GateUnit;
import io.caiman.model.nn.LayerGates;
import io.caiman.model.nn.Leaves;
import java.util.ArrayList;
import java.util.List;

/**
 * PPNet (Chang et al. 2023, Eq. 7-9): the input H_l of each layer of the towers is scaled by a {@link GateUnit} of user,
 * item and author,
 *
 * <pre>
 * H_(l+1) = f((U_l([O_prior; stop(O_ep)]) * H_l) W_l + b_l)
 * </pre>
 *
 * <p>A layer's gates of all towers come from one unit, whose output is split (Eq. 8).
 */
final class PpNet {

    private final GateInput input;
    private final int gateWidth;
    private final int towers;
    private final List<GateUnit> units = new ArrayList<>();

    /**
     * Without any layer yet.
     *
     * @param gateWidth width of the gates' hidden layers
     * @param towers that it gates
     */
    PpNet(GateInput input, int gateWidth, int towers) {
        this.input = input;
        this.gateWidth = gateWidth;
        this.towers = towers;
    }

    /**
     * Adds the gates of the towers' next layer to a layout.
     *
     * @param name of the gates within the layout
     * @param inputWidth width of the layer's input in each tower
     */
    void add(DenseLayout layout, String name, int inputWidth) {
        units.add(new GateUnit(layout, name, input.width(), gateWidth, towers * inputWidth));
    }

    /**
     * The gates of all layers, those of all towers side by side.
     *
     * @param prior a prior embedding {@code [batch, priorWidth]} of each feature that has one
     * @param embeddings O_ep, {@code [batch, embeddingWidth]}
     */
    LayerGates forward(Leaves leaves, NDList prior, NDArray embeddings) {
        NDArray read = input.of(prior, embeddings);
        return new LayerGates(
                units.stream().map(unit -> unit.forward(leaves, read)).toList());
    }
}

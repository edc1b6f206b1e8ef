package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.GateUnit;
import io.caiman.model.nn.Leaves;

/**
 * EPNet (Chang et al. 2023, Eq. 5-6): embeddings E scaled by a {@link GateUnit} of the domain-side features,
 *
 * <pre>
 * O_ep = U_ep([E(F_d); stop(E)]) * E
 * </pre>
 */
final class EpNet {

    private final GateInput input;
    private final GateUnit unit;

    /**
     * Adds the gate's weights to a layout.
     *
     * @param name of the gate within the layout
     * @param gateWidth width of the gate's hidden layer
     * @param embeddingWidth width of E
     */
    EpNet(DenseLayout layout, String name, GateInput input, int gateWidth, int embeddingWidth) {
        this.input = input;
        this.unit = new GateUnit(layout, name, input.width(), gateWidth, embeddingWidth);
    }

    /**
     * O_ep, {@code [batch, embeddingWidth]}.
     *
     * @param prior a prior embedding {@code [batch, priorWidth]} of each feature that has one
     * @param embeddings E, {@code [batch, embeddingWidth]}
     */
    NDArray forward(Leaves leaves, NDList prior, NDArray embeddings) {
        return unit.forward(leaves, input.of(prior, embeddings)).mul(embeddings);
    }
}

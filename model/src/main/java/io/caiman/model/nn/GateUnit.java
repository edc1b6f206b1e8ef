package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/**
 * The Gate Neural Unit of PEPNet (Chang et al. 2023, Eq. 2-3), {@code gamma * sigmoid(ReLU(x W + b) W' + b')} with gamma =
 * 2: weights in [0, 2] to scale a layer's units by, about 1 at first.
 */
public final class GateUnit {

    private static final float GAMMA = 2;

    private final Linear first;
    private final Linear second;

    /**
     * Adds the unit's weights to a layout.
     *
     * @param name of the unit within the layout
     * @param in width of its input
     * @param hidden width of its hidden layer
     * @param out how many weights it gives
     */
    public GateUnit(DenseLayout layout, String name, int in, int hidden, int out) {
        this.first = new Linear(layout, name + ".0", in, hidden);
        this.second = new Linear(layout, name + ".1", hidden, out);
    }

    /**
     * The weights.
     *
     * @param input {@code [batch, in]}
     * @return {@code [batch, out]}
     */
    public NDArray forward(Leaves leaves, NDArray input) {
        NDArray hidden = Activation.relu(first.forward(leaves, input));
        return Scalar.times(Activation.sigmoid(second.forward(leaves, hidden)), GAMMA);
    }
}

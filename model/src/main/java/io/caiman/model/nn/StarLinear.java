package io.caiman.model.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear layer of a star topology (Sheng et al. 2021, STAR's fully connected network): in domain p its weights are the element-wise product of
 * shared ones and the domain's, its bias the sum, {@code x (W * W_p) + b + b_p}. W_p starts at 1 and b_p at 0, so that
 * each domain starts from what all share; the paper does not say where.
 */
public final class StarLinear {

    private final Linear shared;
    private final List<Integer> weights = new ArrayList<>();
    private final List<Integer> biases = new ArrayList<>();

    /**
     * Adds the layer's weights to a layout.
     *
     * @param name of the layer within the layout
     * @param domains names of the domains
     * @param in width of its input
     * @param out width of its output
     */
    public StarLinear(DenseLayout layout, String name, List<String> domains, int in, int out) {
        this.shared = new Linear(layout, name, in, out);
        for (String domain : domains) {
            DenseLayout own = layout.ofDomain(weights.size());
            weights.add(own.addConstant(name + "." + domain + ".weight", new Shape(in, out), 1));
            biases.add(own.addConstant(name + "." + domain + ".bias", new Shape(1, out), 0));
        }
    }

    /**
     * The layer's output for samples of one domain.
     *
     * @param input {@code [samples, in]}
     * @return {@code [samples, out]}
     */
    public NDArray forward(Leaves leaves, NDArray input, int domain) {
        NDArray weight = shared.weight(leaves).mul(leaves.get(weights.get(domain)));
        return MatrixProduct.of(input, weight, shared.bias(leaves)).addi(leaves.get(biases.get(domain)));
    }
}

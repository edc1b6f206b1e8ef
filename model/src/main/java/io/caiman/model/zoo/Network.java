package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.Leaves;
import java.util.Optional;

/** The deep part of a model: from embeddings to logits. */
public interface Network {

    /** The dense weights it needs. */
    DenseLayout layout();

    /** The logits of a batch, and what the model adds to the loss besides their cross-entropy. */
    Output forward(Leaves leaves, Input input);

    /**
     * One batch, sorted by domain.
     *
     * @param embeddings {@code [sets, batch, features * dimension]}
     * @param prior prior embeddings, {@code [batch, prior features * dimension]}; empty if the gates read none
     * @param domains the domains that occur, in order
     * @param counts samples of each of those domains
     */
    record Input(NDArray embeddings, Optional<NDArray> prior, int[] domains, int[] counts) {}

    /**
     * The result of a forward pass, in the input's order.
     *
     * @param logits {@code [batch]}
     * @param penalty a scalar to add to the loss, weight included
     * @param experts the experts' outputs, {@code [experts, batch, dimension]}
     * @param gates the gates' weights, for each domain of the input {@code [its samples, experts, 1 or dimension]}
     */
    record Output(NDArray logits, Optional<NDArray> penalty, NDArray experts, NDList gates) {}
}

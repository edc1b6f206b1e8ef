package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
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
     * @param prior prior embeddings, {@code [batch, prior features * dimension]}
     * @param domains the domains that occur, in order
     * @param counts samples of each of those domains
     */
    record Input(NDArray embeddings, NDArray prior, int[] domains, int[] counts) {}

    /**
     * The result of a forward pass.
     *
     * @param logits {@code [batch]}, in the input's order
     * @param penalty a scalar to add to the loss, weight included
     */
    record Output(NDArray logits, Optional<NDArray> penalty) {}
}

package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/**
 * What a gate of PEPNet reads (Chang et al. 2023, Eq. 5 and 7): the prior embeddings of some features, which it teaches, and
 * beside them the embeddings, which it does not.
 *
 * @param places of those features among all that have prior embeddings
 * @param width of all of it
 */
record GateInput(List<Integer> places, int width) {

    /**
     * What a gate of these features reads.
     *
     * @param all features with prior embeddings, in the order of the network's input
     * @param features some of them
     * @param priorWidth width of a prior embedding
     * @param embeddingWidth width of the embeddings beside them
     */
    static GateInput of(List<String> all, List<String> features, int priorWidth, int embeddingWidth) {
        return new GateInput(
                features.stream().map(all::indexOf).toList(), features.size() * priorWidth + embeddingWidth);
    }

    /**
     * The gate's input, {@code [batch, width]}.
     *
     * @param prior a prior embedding {@code [batch, priorWidth]} of each feature that has one
     * @param embeddings {@code [batch, embeddingWidth]}, taken as a constant
     */
    NDArray of(NDList prior, NDArray embeddings) {
        NDList parts = new NDList();
        places.forEach(place -> parts.add(prior.get(place)));
        parts.add(embeddings.stopGradient());
        return Network.joined(parts, 1);
    }
}

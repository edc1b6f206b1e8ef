package io.caiman.model.train;

import ai.djl.ndarray.NDManager;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.zoo.Network;
import java.util.List;

/**
 * The embeddings of rows on their way into the network, and what they learn there. All else that a row has, the wide part's and its
 * statistics, stays with the store and the {@link RowTable}.
 *
 * <p>Its methods are those of a {@link Trainer}'s phases, in this order.
 */
interface Embeddings {

    /** Before the rows of a mini-batch, of which only the keys are known, are fetched. */
    void makeRoom(RowTable table, EmbeddingStore store);

    /** After they were fetched and the samples put in their order. */
    void fill(MiniBatch batch, Assembly assembly);

    /** What the network sees; belongs to the manager. */
    Network.Input input(NDManager scope, MiniBatch batch, Assembly assembly);

    /**
     * Takes over the gradients that a backward pass left.
     *
     * @return the square of their Euclidean norm, not finite if any of them is not
     */
    double takeGradients(MiniBatch batch, Assembly assembly, Network.Input input);

    /**
     * Learns by them where the network computes.
     *
     * @param scale what the gradients are multiplied by
     */
    void learn(Assembly assembly, float scale);

    /** Learns by them in the table, as its rows are by now; before they are put back. */
    void finish(Assembly assembly, float scale);

    /** After the mini-batch's rows were put back, and others given up. */
    void settle(List<Evicted> evicted, EmbeddingStore store);

    /** Rows that mini-batches needed and that were not kept here from the ones before, so far; 0 where none are kept. */
    long misses();

    /** Makes the store's rows what they would be if nothing were kept elsewhere; not between fetching rows and putting them back. */
    void writeBack(EmbeddingStore store);
}

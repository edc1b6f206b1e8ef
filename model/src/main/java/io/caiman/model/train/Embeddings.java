package io.caiman.model.train;

import ai.djl.ndarray.NDManager;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.zoo.Network;

/**
 * The rows of features on their way from their store into the network, and what their embeddings learn there. What else a row has,
 * the wide part's and its statistics, is the {@link RowTable}'s from {@link #load} to {@link #store}.
 *
 * <p>Its methods are those of a {@link Trainer}'s phases, in this order.
 */
interface Embeddings {

    /** Fetches the rows of a table whose keys are known. */
    void load(RowTable table);

    /** After the samples were put in their order. */
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
    void learn(float scale);

    /** Learns by them in the table, as its rows are by now; before they are put back. */
    void finish(Assembly assembly, float scale);

    /** Puts the rows of the table back. */
    void store(RowTable table);

    /** All rows as they are, for whoever does not learn from a mini-batch. Not between fetching rows and putting them back. */
    EmbeddingStore rows();

    /** Has the store take over what is kept elsewhere. Not between fetching rows and putting them back. */
    void writeBack();

    /** Rows that mini-batches needed and that were not kept here from the ones before, so far; 0 where none are kept. */
    long misses();
}

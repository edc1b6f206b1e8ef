package io.caiman.model.spec;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A model, whole: what it sees, what it predicts, its network, losses and optimizers. {@link SpecReader} reads one from
 * YAML; defaults stand in {@code defaults.yaml} beside that class, and nowhere else.
 *
 * @param name what predictions and metrics call the model
 * @param seed of every first weight
 * @param task the label that is predicted, such as {@code click}
 * @param domains the domains it serves, each with a gate and a tower of its own
 * @param features its categorical inputs: {@code user}, {@code item}, {@code domain} or names of slots
 * @param priorFeatures the features whose prior embeddings feed the gates (Eq. 9), a part of {@code features}
 * @param embedding the embedding tables
 * @param experts widths of the expert MLPs' layers, ReLU after each (Eq. 4)
 * @param towers widths of the hidden layers of the tower MLPs, ReLU after each; a last layer of width 1 follows (Eq. 5)
 * @param loss what is minimised
 * @param wide the bias for each feature id
 * @param rowOptimizer for embedding rows
 * @param denseOptimizer for the weights of experts, gates and towers
 * @param batch when a mini-batch is complete
 */
public record ModelSpec(
        String name,
        long seed,
        String task,
        List<String> domains,
        List<String> features,
        List<String> priorFeatures,
        EmbeddingSpec embedding,
        List<Integer> experts,
        List<Integer> towers,
        LossSpec loss,
        WideSpec wide,
        AdaGradSpec rowOptimizer,
        AdamSpec denseOptimizer,
        BatchSpec batch) {

    public ModelSpec {
        Require.named("name", name);
        Require.named("task", task);
        domains = Require.distinctNames("domains", domains);
        features = Require.distinctNames("features", features);
        priorFeatures = Require.distinctNames("prior-features", priorFeatures);
        Set<String> unknown = new HashSet<>(priorFeatures);
        unknown.removeAll(features);
        Require.that(
                unknown.isEmpty(), "prior-features", priorFeatures, "a part of 'features', which lacks " + unknown);
        experts = Require.widths("experts", experts);
        Require.that(!experts.isEmpty(), "experts", experts, "at least one layer width");
        towers = Require.widths("towers", towers);
    }

    /** The same model with another seed. */
    public ModelSpec withSeed(long newSeed) {
        return new ModelSpec(
                name,
                newSeed,
                task,
                domains,
                features,
                priorFeatures,
                embedding,
                experts,
                towers,
                loss,
                wide,
                rowOptimizer,
                denseOptimizer,
                batch);
    }

    /** The same model with other mini-batches. */
    public ModelSpec withBatch(BatchSpec newBatch) {
        return new ModelSpec(
                name,
                seed,
                task,
                domains,
                features,
                priorFeatures,
                embedding,
                experts,
                towers,
                loss,
                wide,
                rowOptimizer,
                denseOptimizer,
                newBatch);
    }
}

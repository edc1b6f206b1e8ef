package io.caiman.model.spec;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model, whole: what it sees, what it predicts, its network, losses and optimizers. {@link SpecReader} reads one from
 * YAML; defaults stand in {@code defaults.yaml} beside that class, and nowhere else. Of the parts that {@link NetworkKey}
 * names a network reads some; the others are at their defaults and have no meaning.
 *
 * @param name what predictions and metrics call the model
 * @param seed of every first weight
 * @param tasks the labels that are predicted, such as {@code click}; an impression may lack some of them
 * @param chains tasks that can only be fulfilled where another is, with that other: what is predicted of {@code conversion}
 *     in {@code conversion: click} is p(click) p(conversion | click), learned on all impressions (ESMM, Ma et al. 2018,
 *     SIGIR, Eq. 1)
 * @param domains the domains it serves
 * @param features its categorical inputs: {@code user}, {@code item}, {@code domain} or names of slots
 * @param priorFeatures the features whose prior embeddings feed the gates (Eq. 9), a part of {@code features}
 * @param embedding the embedding tables
 * @param network which network
 * @param options what only this network can be told
 * @param plugIns gates around the network
 * @param experts how many experts, and their layers
 * @param gate how a domain mixes the experts
 * @param layers widths of the hidden layers of a network's MLP, where it has one beside experts and towers
 * @param towers widths of the hidden layers of the tower MLPs, ReLU after each; a last layer of width 1 follows (Eq. 5)
 * @param loss what is minimised
 * @param wide what is added to the deep part's logit and may learn at every impression
 * @param rowOptimizer for embedding rows
 * @param denseOptimizer for the weights of experts, gates and towers
 * @param gradientClip largest Euclidean norm of a step's gradient, dense weights and rows together; a longer one is
 *     shortened to it. 0: no limit
 * @param admission when an id gets a row of its own
 * @param eviction which rows are given up
 * @param batch when a mini-batch is complete
 * @param health what is watched while the model learns
 */
public record ModelSpec(
        String name,
        long seed,
        List<String> tasks,
        Map<String, String> chains,
        List<String> domains,
        List<String> features,
        List<String> priorFeatures,
        EmbeddingSpec embedding,
        NetworkKind network,
        NetworkOptions options,
        PlugInsSpec plugIns,
        ExpertsSpec experts,
        Gate gate,
        List<Integer> layers,
        List<Integer> towers,
        LossSpec loss,
        WideSpec wide,
        AdaGradSpec rowOptimizer,
        AdamSpec denseOptimizer,
        float gradientClip,
        AdmissionSpec admission,
        EvictionSpec eviction,
        BatchSpec batch,
        HealthSpec health) {

    public ModelSpec {
        Require.named("name", name);
        tasks = Require.distinctNames("tasks", tasks);
        for (String task : tasks) {
            Require.named("tasks", task);
        }
        Require.that(
                tasks.size() == 1 || network.severalTasks(),
                "tasks",
                tasks,
                "one of them with network '%s', which has no weights that could tell tasks apart: choose another network, or train a model for each task"
                        .formatted(network.key()));
        Require.partOf("tasks", tasks, "loss.task-weights", loss.taskWeights().keySet());
        chains = checkedChains(tasks, chains);
        Require.that(
                chains.isEmpty() || wide.mode() == WideSpec.Mode.NONE,
                "wide.mode",
                wide.mode(),
                "none with chained tasks, here %s, for the wide part learns each task by itself: set 'wide.mode: none', or remove the chains"
                        .formatted(chains));
        domains = Require.distinctNames("domains", domains);
        features = Require.distinctNames("features", features);
        priorFeatures = Require.distinctNames("prior-features", priorFeatures);
        if (network.reads(NetworkKey.PRIOR_FEATURES)) {
            Require.partOf("features", features, "prior-features", priorFeatures);
        }
        layers = Require.widths("layers", layers);
        towers = Require.widths("towers", towers);
        Require.notNegative("gradient-clip", gradientClip);
        Require.partOf(
                "features", features, "wide.factors.features", wide.factors().features());
        for (List<String> pair : wide.crosses().pairs()) {
            Require.partOf("features", features, "wide.crosses.pairs", pair);
        }
        Require.partOf(
                "features", features, "admission.features", admission.features().keySet());
        Require.partOf(
                "features",
                features,
                "health.feature",
                health.everySteps() == 0 ? List.of() : List.of(health.feature()));
        Require.that(network.options().isInstance(options), "options", options, "those of network " + network.key());
        options.check(priorFeatures);
        plugIns.check(network, features);
    }

    private static Map<String, String> checkedChains(List<String> tasks, Map<String, String> chains) {
        Require.partOf("tasks", tasks, "chains", chains.keySet());
        Require.partOf("tasks", tasks, "chains", chains.values());
        Map<String, String> copy = Map.copyOf(chains);
        for (String task : chains.keySet()) {
            String before = task;
            for (int links = 0; copy.containsKey(before); links++) {
                Require.that(links < copy.size(), "chains", chains, "no task that comes to depend on itself");
                before = copy.getOrDefault(before, before);
            }
        }
        return copy;
    }

    /** Number of embedding sets. */
    public int embeddingSets() {
        return network.sets().count(this);
    }

    /** Width of one embedding of a row: the spec's dimension, unless an id's weight stands beside or in its place. */
    public int embeddingWidth() {
        return network.sets().width(this);
    }

    /** Whether the network itself reads prior embeddings. */
    public boolean readsPrior() {
        return network.reads(NetworkKey.PRIOR_FEATURES) && (!network.reads(NetworkKey.GATE) || gate.readsPrior());
    }

    /**
     * The features whose prior embeddings are read, in the order in which they stand in the network's input: those of the
     * network itself, then what plug-ins read besides. None if nothing reads prior embeddings.
     */
    public List<String> priorInputs() {
        Set<String> inputs = new LinkedHashSet<>(readsPrior() ? priorFeatures : List.of());
        inputs.addAll(plugIns.epnet());
        inputs.addAll(plugIns.ppnet());
        return List.copyOf(inputs);
    }

    /** The same model with another seed. */
    public ModelSpec withSeed(long newSeed) {
        return with(newSeed, batch);
    }

    /** The same model with other mini-batches. */
    public ModelSpec withBatch(BatchSpec newBatch) {
        return with(seed, newBatch);
    }

    private ModelSpec with(long newSeed, BatchSpec newBatch) {
        return new ModelSpec(
                name,
                newSeed,
                tasks,
                chains,
                domains,
                features,
                priorFeatures,
                embedding,
                network,
                options,
                plugIns,
                experts,
                gate,
                layers,
                towers,
                loss,
                wide,
                rowOptimizer,
                denseOptimizer,
                gradientClip,
                admission,
                eviction,
                newBatch,
                health);
    }
}

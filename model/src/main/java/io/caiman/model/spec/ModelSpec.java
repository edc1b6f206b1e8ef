package io.caiman.model.spec;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

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
 * @param maxDomains how many it may come to serve: an impression of a domain that it does not know adds this domain as long as
 *     there are fewer. 0: it serves {@code domains} and no other
 * @param newDomainsFrom the domains whose weights a new one starts from, as their mean; none: all that are there when it comes
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
        int maxDomains,
        List<String> newDomainsFrom,
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

    /** Each has weights of its own in memory and in every checkpoint, whether it has come or not. */
    private static final int MOST_DOMAINS = 1_000;

    public ModelSpec {
        Require.named("name", name);
        tasks = Require.distinctNames("tasks", tasks);
        for (String task : tasks) {
            Require.named("tasks", task);
        }
        Require.partOf("tasks", tasks, "loss.task-weights", loss.taskWeights().keySet());
        chains = checkedChains(tasks, chains);
        domains = Require.distinctNames("domains", domains);
        Require.that(
                maxDomains == 0 || (maxDomains >= domains.size() && maxDomains <= MOST_DOMAINS),
                "max-domains",
                maxDomains,
                "0, with which no domain is added, or the number of 'domains', here %d, up to %,d"
                        .formatted(domains.size(), MOST_DOMAINS));
        newDomainsFrom = Require.noneTwice("new-domains-from", newDomainsFrom);
        Require.partOf("domains", domains, "new-domains-from", newDomainsFrom);
        Require.that(
                maxDomains > 0 || newDomainsFrom.isEmpty(),
                "new-domains-from",
                newDomainsFrom,
                "nothing without 'max-domains': say how many domains there may be, or remove it");
        features = Require.distinctNames("features", features);
        priorFeatures = Require.distinctNames("prior-features", priorFeatures);
        if (readsPrior(network, gate)) {
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
        Require.that(
                maxDomains == 0 || !plugIns.any() || !network.sets().ofDomains(),
                "max-domains",
                maxDomains,
                "0 with plug-ins on network '%s': their gates read every embedding set, and a domain that comes brings one; remove it, or 'plug-ins'"
                        .formatted(network.key()));
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

    /** The domains whose impressions it can learn from; none if it may come to serve others. */
    public List<String> onlyDomains() {
        return maxDomains == 0 ? domains : List.of();
    }

    /** How many domains there is room for: those that it serves from the start, and those that may be added. */
    public int domainRoom() {
        return Math.max(domains.size(), maxDomains);
    }

    /**
     * What the weights of each domain are called that there is room for: as the domain itself, or by its number where it is
     * yet to come.
     */
    public List<String> domainPlaces() {
        return IntStream.range(0, domainRoom())
                .mapToObj(domain -> domain < domains.size() ? domains.get(domain) : "(added %d)".formatted(domain))
                .toList();
    }

    /** The numbers of the domains that the domain of this number starts from when it is added. */
    public List<Integer> startOf(int domain) {
        return newDomainsFrom.isEmpty()
                ? IntStream.range(0, domain).boxed().toList()
                : newDomainsFrom.stream().map(domains::indexOf).toList();
    }

    /** Number of embedding sets, those of domains that may be added included. */
    public int embeddingSets() {
        return network.sets().count(this);
    }

    /** Number of embedding sets in use while the model serves so many domains: the first ones. */
    public int embeddingSets(int served) {
        return network.sets().ofDomains() ? embeddingSets() - domainRoom() + served : embeddingSets();
    }

    /** The embedding set of a domain's own, by its number; empty if the network has no such sets. */
    public OptionalInt embeddingSetOf(int domain) {
        return network.sets().ofDomains() ? OptionalInt.of(network.sets().of(domain, this)) : OptionalInt.empty();
    }

    /** Width of one embedding of a row: the spec's dimension, unless an id's weight stands beside or in its place. */
    public int embeddingWidth() {
        return network.sets().width(this);
    }

    /** Whether the network itself reads prior embeddings. */
    public boolean readsPrior() {
        return readsPrior(network, gate);
    }

    private static boolean readsPrior(NetworkKind network, Gate gate) {
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
                maxDomains,
                newDomainsFrom,
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

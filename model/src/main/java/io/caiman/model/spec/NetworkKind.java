package io.caiman.model.spec;

import static io.caiman.model.spec.NetworkKey.DISENTANGLING;
import static io.caiman.model.spec.NetworkKey.DISENTANGLING_WEIGHT;
import static io.caiman.model.spec.NetworkKey.EMBEDDING_DIMENSION;
import static io.caiman.model.spec.NetworkKey.EMBEDDING_SETS;
import static io.caiman.model.spec.NetworkKey.EXPERT_COUNT;
import static io.caiman.model.spec.NetworkKey.EXPERT_LAYERS;
import static io.caiman.model.spec.NetworkKey.GATE;
import static io.caiman.model.spec.NetworkKey.LAYERS;
import static io.caiman.model.spec.NetworkKey.NORMALIZATION;
import static io.caiman.model.spec.NetworkKey.PRIOR_FEATURES;
import static io.caiman.model.spec.NetworkKey.SAMPLED_ROWS;
import static io.caiman.model.spec.NetworkKey.TOWERS;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The registry of networks: a line each. What builds one is {@code Network.of}. */
public enum NetworkKind {
    CROCODILE(
            "Lin et al. 2024, arXiv 2405.12706",
            "experts with an embedding set each, a prior-informed element-wise gate for each domain, a covariance loss",
            EmbeddingSets.AS_SAID,
            NetworkOptions.None.class,
            EMBEDDING_SETS,
            EMBEDDING_DIMENSION,
            PRIOR_FEATURES,
            EXPERT_COUNT,
            EXPERT_LAYERS,
            GATE,
            TOWERS,
            DISENTANGLING,
            DISENTANGLING_WEIGHT,
            NORMALIZATION,
            SAMPLED_ROWS),
    SINGLE_DOMAIN(
            "Lin et al. 2024, Tab. 2",
            "a network and an embedding set for each domain, which learn from that domain alone",
            EmbeddingSets.DOMAINS,
            NetworkOptions.None.class,
            EMBEDDING_DIMENSION,
            LAYERS,
            TOWERS),
    SHARED_BOTTOM(
            "Caruana 1997, Machine Learning 28",
            "one MLP for all domains, a tower for each",
            EmbeddingSets.ONE,
            NetworkOptions.None.class,
            EMBEDDING_DIMENSION,
            LAYERS,
            TOWERS),
    MMOE(
            "Ma et al. 2018, KDD",
            "experts that all domains share, mixed by a softmax gate for each domain",
            EmbeddingSets.ONE,
            NetworkOptions.None.class,
            EMBEDDING_DIMENSION,
            EXPERT_COUNT,
            EXPERT_LAYERS,
            TOWERS),
    ME_MMOE(
            "Guo et al. 2023, arXiv 2310.04400",
            "MMoE with an embedding set for each expert",
            EmbeddingSets.EXPERTS,
            NetworkOptions.None.class,
            EMBEDDING_DIMENSION,
            EXPERT_COUNT,
            EXPERT_LAYERS,
            TOWERS),
    PLE(
            "Tang et al. 2020, RecSys",
            "experts of all domains and of each, mixed level by level by customized gate control",
            EmbeddingSets.ONE,
            NetworkOptions.Extraction.class,
            EMBEDDING_DIMENSION,
            EXPERT_LAYERS,
            TOWERS),
    ME_PLE(
            "Su et al. 2024, AAAI",
            "PLE with a shared embedding set and one for each domain",
            EmbeddingSets.DOMAINS_AND_SHARED,
            NetworkOptions.Extraction.class,
            EMBEDDING_DIMENSION,
            EXPERT_LAYERS,
            TOWERS),
    STEM(
            "Su et al. 2024, AAAI",
            "shared and domain embedding sets; every domain reads all experts, and teaches its own and the shared ones",
            EmbeddingSets.DOMAINS_AND_SHARED,
            NetworkOptions.ExpertGroups.class,
            EMBEDDING_DIMENSION,
            EXPERT_LAYERS,
            TOWERS),
    STAR(
            "Sheng et al. 2021, CIKM",
            "layers whose weights are products of shared and of a domain's ones, partitioned normalization, an auxiliary network",
            EmbeddingSets.ONE,
            NetworkOptions.Star.class,
            EMBEDDING_DIMENSION,
            LAYERS),
    HINET(
            "Zhou et al. 2023, ICDE",
            "shared and domain sub-experts, and attention to the other domains' ones",
            EmbeddingSets.ONE,
            NetworkOptions.ExpertGroups.class,
            EMBEDDING_DIMENSION,
            EXPERT_LAYERS,
            TOWERS),
    ADASPARSE(
            "Yang et al. 2022, CIKM",
            "an MLP whose neurons are weighed and pruned by domain",
            EmbeddingSets.ONE,
            NetworkOptions.Pruning.class,
            EMBEDDING_DIMENSION,
            LAYERS),
    PEPNET(
            "Chang et al. 2023, KDD",
            "gates in [0, 2] on embeddings by domain, and on each layer by user, item and author",
            EmbeddingSets.ONE,
            NetworkOptions.Personalization.class,
            EMBEDDING_DIMENSION,
            PRIOR_FEATURES,
            LAYERS),
    LR(
            "Richardson et al. 2007, WWW",
            "logistic regression: a weight for each id",
            EmbeddingSets.TASK_WEIGHTS,
            NetworkOptions.None.class),
    FM(
            "Rendle 2010, ICDM",
            "factorization machine: weights, and inner products of vectors",
            EmbeddingSets.TASKS_WITH_WEIGHT,
            NetworkOptions.None.class,
            EMBEDDING_DIMENSION),
    MLP(
            "Covington et al. 2016, RecSys",
            "one MLP over all embeddings",
            EmbeddingSets.ONE,
            NetworkOptions.None.class,
            EMBEDDING_DIMENSION,
            LAYERS),
    WIDE_DEEP(
            "Cheng et al. 2016, DLRS",
            "weights beside an MLP",
            EmbeddingSets.ONE_WITH_WEIGHT,
            NetworkOptions.None.class,
            EMBEDDING_DIMENSION,
            LAYERS),
    DEEPFM(
            "Guo et al. 2017, IJCAI",
            "factorization machine beside an MLP over the same vectors",
            EmbeddingSets.ONE_WITH_WEIGHT,
            NetworkOptions.None.class,
            EMBEDDING_DIMENSION,
            LAYERS),
    NFM(
            "He and Chua 2017, SIGIR",
            "an MLP over the pooled products of all pairs of vectors, beside weights",
            EmbeddingSets.ONE_WITH_WEIGHT,
            NetworkOptions.None.class,
            EMBEDDING_DIMENSION,
            LAYERS),
    AUTOINT(
            "Song et al. 2019, CIKM",
            "multi-head self-attention between features",
            EmbeddingSets.ONE,
            NetworkOptions.Attention.class,
            EMBEDDING_DIMENSION),
    DCN(
            "Wang et al. 2017, ADKDD",
            "a cross network of vectors beside an MLP",
            EmbeddingSets.ONE,
            NetworkOptions.Cross.class,
            EMBEDDING_DIMENSION,
            LAYERS),
    DCNV2(
            "Wang et al. 2021, WWW",
            "a cross network of matrices beside an MLP",
            EmbeddingSets.ONE,
            NetworkOptions.Cross.class,
            EMBEDDING_DIMENSION,
            LAYERS),
    XDEEPFM(
            "Lian et al. 2018, KDD",
            "a compressed interaction network beside an MLP and weights",
            EmbeddingSets.ONE_WITH_WEIGHT,
            NetworkOptions.CompressedInteraction.class,
            EMBEDDING_DIMENSION,
            LAYERS);

    private final String paper;
    private final String description;
    private final EmbeddingSets sets;
    private final Class<? extends NetworkOptions> options;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of is
    private final Set<NetworkKey> keys;

    NetworkKind(
            String paper,
            String description,
            EmbeddingSets sets,
            Class<? extends NetworkOptions> options,
            NetworkKey... keys) {
        this.paper = paper;
        this.description = description;
        this.sets = sets;
        this.options = options;
        this.keys = Set.of(keys);
    }

    /** What a spec calls it. */
    @JsonValue
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What can be plugged into it, in order. */
    public Set<PlugIn> plugIns() {
        return switch (this) {
            case PEPNET -> Set.of();
            case LR, FM -> Set.of(PlugIn.EPNET);
            default -> EnumSet.allOf(PlugIn.class);
        };
    }

    /** Where it was published. */
    public String paper() {
        return paper;
    }

    /** What it is, in a line. */
    public String description() {
        return description;
    }

    /** How many embedding sets it takes. */
    public EmbeddingSets sets() {
        return sets;
    }

    /** What only it, or it and its kin, can be told. */
    public Class<? extends NetworkOptions> options() {
        return options;
    }

    /** Whether it reads a key; of keys that are not in {@link NetworkKey} every network's spec has all. */
    public boolean reads(NetworkKey key) {
        return key == NetworkKey.OPTIONS ? options != NetworkOptions.None.class : keys.contains(key);
    }

    /** The keys of {@link NetworkKey} it reads. */
    public List<NetworkKey> keys() {
        return List.of(NetworkKey.values()).stream().filter(this::reads).toList();
    }
}

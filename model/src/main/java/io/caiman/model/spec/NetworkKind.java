package io.caiman.model.spec;

import static io.caiman.model.spec.NetworkKey.DISENTANGLING;
import static io.caiman.model.spec.NetworkKey.DISENTANGLING_WEIGHT;
import static io.caiman.model.spec.NetworkKey.EMBEDDING_DIMENSION;
import static io.caiman.model.spec.NetworkKey.EMBEDDING_SETS;
import static io.caiman.model.spec.NetworkKey.EXPERT_COUNT;
import static io.caiman.model.spec.NetworkKey.EXPERT_LAYERS;
import static io.caiman.model.spec.NetworkKey.GATE;
import static io.caiman.model.spec.NetworkKey.NORMALIZATION;
import static io.caiman.model.spec.NetworkKey.PRIOR_FEATURES;
import static io.caiman.model.spec.NetworkKey.SAMPLED_ROWS;
import static io.caiman.model.spec.NetworkKey.TOWERS;

import com.fasterxml.jackson.annotation.JsonValue;
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
            SAMPLED_ROWS);

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

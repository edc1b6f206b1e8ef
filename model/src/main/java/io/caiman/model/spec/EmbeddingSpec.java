package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The embedding tables.
 *
 * @param sets whether each expert has an embedding set of its own
 * @param dimension width of one embedding of one feature
 * @param initialScale first weights are uniform in (-initialScale, initialScale)
 */
public record EmbeddingSpec(Sets sets, int dimension, float initialScale) {

    public EmbeddingSpec {
        Require.within("embedding.dimension", dimension, 1, 4096);
        Require.notNegative("embedding.initial-scale", initialScale);
    }

    /** Which embeddings an expert sees. */
    public enum Sets {
        /** One set, shared by all experts: "SE" in the paper's tables. */
        @JsonProperty("single")
        SINGLE,
        /** A set for each expert (Crocodile, Sec. 4.1): "ME". */
        @JsonProperty("multi")
        MULTI
    }
}

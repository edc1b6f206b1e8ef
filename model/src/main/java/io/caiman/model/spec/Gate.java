package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a domain mixes the experts. */
public enum Gate {
    /**
     * A softmax over the experts of a linear map of the input embeddings, one weight for each expert (MMoE; "-" in the
     * paper's Table 5). With an embedding set for each expert, domain s reads set s, as in ME-MMoE (Sec. 4.4); where
     * there are fewer sets than domains, set s modulo their number.
     */
    @JsonProperty("mmoe")
    MMOE,
    /** The same, of the prior embeddings (Eq. 9): "PG". */
    @JsonProperty("prior")
    PRIOR,
    /** A softmax for each dimension of the experts' outputs by itself, of the prior embeddings (Eq. 10): "PEG". */
    @JsonProperty("prior-elementwise")
    PRIOR_ELEMENTWISE;

    /** Whether it reads prior embeddings. */
    public boolean readsPrior() {
        return this != MMOE;
    }
}

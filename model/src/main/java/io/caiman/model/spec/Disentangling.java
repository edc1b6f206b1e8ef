package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What keeps the experts' outputs apart: the losses of the paper's Table 4. */
public enum Disentangling {
    /** Nothing. */
    @JsonProperty("none")
    NONE,
    /** The covariance between dimensions of different experts: CovLoss, Eq. 6. */
    @JsonProperty("covariance")
    COVARIANCE,
    /** The dot product of different experts' outputs. */
    @JsonProperty("dot")
    DOT,
    /** Their cosine. */
    @JsonProperty("cosine")
    COSINE,
    /** Their distance correlation. */
    @JsonProperty("dcorr")
    DISTANCE_CORRELATION,
    /** Orthogonal low-rank embedding, in its Frobenius form. */
    @JsonProperty("ole")
    ORTHOGONAL_LOW_RANK,
    /** Balance of the gates between the experts; it does not look at their outputs. */
    @JsonProperty("importance")
    IMPORTANCE,
    /** Equivalent transformation: experts' outputs as rotations of each other. */
    @JsonProperty("trans5")
    EQUIVALENT_TRANSFORMATION
}

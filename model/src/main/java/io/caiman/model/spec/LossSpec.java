package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What is minimised: binary cross-entropy plus {@code covarianceWeight} times the covariance loss (Crocodile, Eq. 7).
 *
 * @param crossEntropy how the samples' cross-entropies become one number
 * @param covarianceWeight alpha in Eq. 7; 0 leaves the covariance loss out
 * @param covarianceNormalization whether the covariance loss is divided by the batch size. The paper's is not, so an
 *     alpha found with {@code none} on batches of N is alpha * N with {@code batch}
 */
public record LossSpec(
        CrossEntropy crossEntropy, float covarianceWeight, CovarianceNormalization covarianceNormalization) {

    public LossSpec {
        Require.notNegative("loss.covariance-weight", covarianceWeight);
    }

    /** How the samples' cross-entropies are combined. */
    public enum CrossEntropy {
        /** The sum over the domains in the batch of each domain's mean (Eq. 7): small domains weigh as much as large. */
        @JsonProperty("domain-mean")
        DOMAIN_MEAN,
        /** The mean over all samples: every impression weighs the same, for batches with few samples of a domain. */
        @JsonProperty("mean")
        MEAN
    }

    /** What the covariance loss is divided by, besides d². */
    public enum CovarianceNormalization {
        /** Nothing, as in Eq. 6. */
        @JsonProperty("none")
        NONE,
        /** The number of samples, which makes alpha independent of the batch size. */
        @JsonProperty("batch")
        BATCH
    }
}

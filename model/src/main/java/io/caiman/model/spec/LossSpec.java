package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What is minimised: binary cross-entropy plus {@code disentanglingWeight} times a loss that keeps the experts apart
 * (Crocodile, Eq. 7).
 *
 * @param crossEntropy how the samples' cross-entropies become one number
 * @param disentangling which loss keeps the experts apart
 * @param disentanglingWeight alpha in Eq. 7
 * @param normalization whether sums over a batch's samples are divided by their number. The paper's covariance loss is
 *     not, so an alpha found with {@code none} on batches of N is alpha * N with {@code batch}
 * @param sampledRows how many samples of a batch the disentangling loss looks at; the paper found 32 enough (Sec. 5.6).
 *     0: all of them
 */
public record LossSpec(
        CrossEntropy crossEntropy,
        Disentangling disentangling,
        float disentanglingWeight,
        Normalization normalization,
        int sampledRows) {

    public LossSpec {
        Require.notNegative("loss.disentangling-weight", disentanglingWeight);
        Require.notNegative("loss.sampled-rows", sampledRows);
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

    /** What a disentangling loss that sums over samples is divided by. */
    public enum Normalization {
        /** Nothing, as in Eq. 6. */
        @JsonProperty("none")
        NONE,
        /** The number of samples, which makes alpha independent of the batch size. */
        @JsonProperty("batch")
        BATCH;

        /** What a sum over this many samples is multiplied by. */
        public float factor(long samples) {
            return this == BATCH ? 1f / samples : 1f;
        }
    }
}

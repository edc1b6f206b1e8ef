package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * What is minimised: the sum over the tasks of weight times binary cross-entropy, plus {@code disentanglingWeight} times a
 * loss that keeps the experts apart (Crocodile, Eq. 7).
 *
 * @param crossEntropy how the cross-entropies of a task's samples become one number
 * @param taskWeights what a task's cross-entropy is multiplied by, 0 or above; 1 where a task is not named
 * @param disentangling which loss keeps the experts apart
 * @param disentanglingWeight alpha in Eq. 7
 * @param normalization whether sums over a batch's samples are divided by their number. The paper's covariance loss is
 *     not, so an alpha found with {@code none} on batches of N is alpha * N with {@code batch}
 * @param sampledRows how many samples of a batch the disentangling loss looks at; the paper found 32 enough (Sec. 5.6).
 *     0: all of them
 */
public record LossSpec(
        CrossEntropy crossEntropy,
        Map<String, Float> taskWeights,
        Disentangling disentangling,
        float disentanglingWeight,
        Normalization normalization,
        int sampledRows) {

    public LossSpec {
        taskWeights.forEach((task, weight) -> Require.notNegative("loss.task-weights." + task, weight));
        taskWeights = Map.copyOf(taskWeights);
        Require.notNegative("loss.disentangling-weight", disentanglingWeight);
        Require.notNegative("loss.sampled-rows", sampledRows);
    }

    /** What a task's cross-entropy is multiplied by. */
    public float taskWeight(String task) {
        return taskWeights.getOrDefault(task, 1f);
    }

    /** How the cross-entropies of a task's samples are combined; samples without its label are none of them. */
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

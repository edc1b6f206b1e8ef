package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The wide part: one bias for each feature id, added to the deep part's logit, learned by AdaGrad.
 *
 * @param mode whether there is one, and when it learns
 * @param learningRate of its AdaGrad
 * @param initialAccumulator where its sums of squared gradients start
 */
public record WideSpec(Mode mode, float learningRate, float initialAccumulator) {

    public WideSpec {
        Require.positive("wide.learning-rate", learningRate);
        Require.positive("wide.initial-accumulator", initialAccumulator);
    }

    /** When the wide part learns. */
    public enum Mode {
        /** There is no wide part. */
        @JsonProperty("none")
        NONE,
        /** Once a mini-batch, as the deep part does. */
        @JsonProperty("batch")
        BATCH,
        /** At every impression, before the next one of the same mini-batch is scored: two-speed learning. */
        @JsonProperty("per-impression")
        PER_IMPRESSION
    }
}

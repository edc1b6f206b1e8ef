package io.caiman.local.compare;

/**
 * What came of one run.
 *
 * @param scores of the impressions that count, in the order of the log; NaN where the model's logit was not finite
 * @param expertNorms of the impressions scored with frozen weights, {@code [impressions, experts]}; empty without any
 * @param skippedSteps mini-batches not learned from because a loss or gradient was not finite
 * @param abundance of the item embeddings at the end
 */
record Run(double[] scores, float[] expertNorms, long skippedSteps, ItemAbundance abundance) {

    /** Experts whose norms there are, 0 without. */
    int experts() {
        return scores.length == 0 ? 0 : expertNorms.length / scores.length;
    }
}

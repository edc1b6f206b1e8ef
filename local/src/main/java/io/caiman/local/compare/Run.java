package io.caiman.local.compare;

/**
 * What came of one run.
 *
 * @param tasks how many tasks it predicts
 * @param scores of the impressions that count, in the order of the log, {@code [impressions, tasks]}; NaN where the model's
 *     logit was not finite
 * @param expertNorms of the impressions scored with frozen weights, {@code [impressions, experts]}; empty without any
 * @param skippedSteps mini-batches not learned from because a loss or gradient was not finite
 * @param abundance of the item embeddings at the end
 */
record Run(int tasks, double[] scores, float[] expertNorms, long skippedSteps, ItemAbundance abundance) {

    /** The score of an impression for a task, by their numbers. */
    double score(int impression, int task) {
        return scores[impression * tasks + task];
    }

    /** Experts whose norms there are, 0 without. */
    int experts() {
        return scores.length == 0 ? 0 : expertNorms.length / (scores.length / tasks);
    }
}

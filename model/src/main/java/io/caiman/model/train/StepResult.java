package io.caiman.model.train;

import io.caiman.model.health.ModelHealth;
import java.util.List;
import java.util.Optional;

/**
 * What one step gave.
 *
 * @param scores probabilities, {@code [batch, tasks]} in arrival order, from weights that had not seen the mini-batch (the
 *     wide part, where it learns per impression, from all impressions before); NaN where a logit is not finite
 * @param trainedSteps mini-batches the deep part had learned from when it scored
 * @param crossEntropy of the batch's labels, combined as the spec says
 * @param penalty what the network added to the loss, its weight included
 * @param skipped why the model did not learn from this mini-batch, where it did not
 * @param admitted ids that got a row of their own
 * @param evicted rows that were given up
 * @param health how the model does, every so many steps
 */
public record StepResult(
        double[] scores,
        long trainedSteps,
        double crossEntropy,
        double penalty,
        Optional<String> skipped,
        int admitted,
        List<Evicted> evicted,
        Optional<ModelHealth> health) {}

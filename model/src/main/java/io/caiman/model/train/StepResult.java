package io.caiman.model.train;

/**
 * What one step gave.
 *
 * @param scores probabilities in arrival order, from weights that had not seen the mini-batch (the wide part, where it
 *     learns per impression, from all impressions before)
 * @param trainedSteps mini-batches the deep part had learned from when it scored
 * @param crossEntropy of the batch, combined as the spec says
 * @param penalty what the network added to the loss, its weight included
 */
public record StepResult(double[] scores, long trainedSteps, double crossEntropy, double penalty) {}

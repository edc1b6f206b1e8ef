package io.caiman.model.train;

/**
 * What scoring without learning gave.
 *
 * @param scores probabilities, {@code [batch, tasks]} in arrival order
 * @param expertNorms the Euclidean norm of each expert's output, {@code [batch, experts]} in arrival order;
 *     empty of a network whose experts do not see every sample, or that has none
 */
public record Scored(double[] scores, float[] expertNorms) {}

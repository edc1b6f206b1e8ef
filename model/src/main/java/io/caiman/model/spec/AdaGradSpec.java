package io.caiman.model.spec;

/**
 * Row-wise AdaGrad for embedding rows: one sum of squared gradients for each embedding of a row, not for each weight.
 *
 * @param learningRate step size
 * @param initialAccumulator where the sums start; a larger value makes first steps smaller
 */
public record AdaGradSpec(float learningRate, float initialAccumulator) {

    public AdaGradSpec {
        Require.positive("row-optimizer.learning-rate", learningRate);
        Require.positive("row-optimizer.initial-accumulator", initialAccumulator);
    }
}

package io.caiman.model.spec;

/**
 * Adam for the dense weights (Kingma and Ba 2015, Algorithm 1).
 *
 * @param learningRate step size
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the square root of the second moment
 */
public record AdamSpec(float learningRate, float beta1, float beta2, float epsilon) {

    public AdamSpec {
        Require.positive("dense-optimizer.learning-rate", learningRate);
        Require.that(beta1 >= 0 && beta1 < 1, "dense-optimizer.beta1", beta1, "in [0, 1)");
        Require.that(beta2 >= 0 && beta2 < 1, "dense-optimizer.beta2", beta2, "in [0, 1)");
        Require.positive("dense-optimizer.epsilon", epsilon);
    }
}

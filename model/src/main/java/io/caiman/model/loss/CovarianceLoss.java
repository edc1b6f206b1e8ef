package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.spec.LossSpec.CovarianceNormalization;

/**
 * The cross-expert covariance loss (Crocodile, Eq. 6): the sum of absolute covariances, not divided by the number of
 * samples, between every dimension of one expert's output and every dimension of another's, over pairs p > q:
 *
 * <pre>
 * 1/d^2 * sum over p > q of || (O_p - mean(O_p))^T (O_q - mean(O_q)) ||_1
 * </pre>
 *
 * <p>For each p one product covers all q below it, so that nothing is computed twice.
 */
public final class CovarianceLoss {

    private CovarianceLoss() {}

    /**
     * The loss of a batch, a scalar; 0 for a single expert or a single sample.
     *
     * @param outputs of the experts, {@code [batch, experts, dimension]}
     * @param normalization whether to divide by the batch size, which Eq. 6 does not
     */
    public static NDArray of(NDArray outputs, CovarianceNormalization normalization) {
        long batch = outputs.getShape().get(0);
        long experts = outputs.getShape().get(1);
        long dimension = outputs.getShape().get(2);
        NDArray centered = outputs.sub(outputs.mean(new int[] {0}, true)).reshape(batch, experts * dimension);
        NDArray sum = outputs.getManager().zeros(new Shape());
        for (long p = 1; p < experts; p++) {
            NDList parts = centered.split(new long[] {p * dimension, (p + 1) * dimension}, 1);
            NDArray below = parts.get(0);
            NDArray expert = parts.get(1);
            sum = sum.add(expert.transpose().matMul(below).abs().sum());
        }
        float samples = normalization == CovarianceNormalization.BATCH ? batch : 1;
        return sum.div(samples * dimension * dimension);
    }
}

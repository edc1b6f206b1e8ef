package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import io.caiman.model.nn.MatrixProduct;
import io.caiman.model.nn.Scalar;
import io.caiman.model.spec.LossSpec.Normalization;
import java.util.function.Supplier;

/**
 * The cross-expert covariance loss (Crocodile, Eq. 6): the absolute covariances, not divided by the number of samples N,
 * between every dimension of one expert's output and every dimension of another's, over pairs p > q:
 *
 * <pre>
 * 1/d^2 * sum over p > q of || C_pq ||_1,   C_pq = X_p^T X_q,   X_p = O_p - mean over samples of O_p
 * </pre>
 *
 * <p>Eq. 6 reads p > q, and Sec. 5.6 counts M(M-1)/2 pairs: each pair counts once. The mean is over the whole batch,
 * whatever its domains.
 *
 * <p>With {@link Normalization#NONE} the loss grows with the batch, linearly for covarying experts and by sqrt(N) for
 * independent ones; {@link Normalization#BATCH} divides by N. It is 0 for a single sample, and a dead expert, whose X is
 * 0, adds neither loss nor gradient.
 *
 * <p>The gradient is written out, d^2 dL/dO_p = sum over q other than p of X_q sign(C_qp), which is centred already and
 * needs one product for all experts. Letting PyTorch derive it takes two, and 1.1 to 1.7 times as long. Each of L's
 * terms has degree 2, so that the inner product of outputs and gradient is 2 L: it carries the gradient back, and half
 * of it, taken as a constant, is subtracted. Second derivatives are therefore not to be had.
 */
final class CovarianceLoss implements ExpertLoss {

    private final Normalization normalization;

    CovarianceLoss(Normalization normalization) {
        this.normalization = normalization;
    }

    @Override
    public NDArray of(NDArray outputs, Supplier<NDArray> gates) {
        long experts = outputs.getShape().get(0);
        long samples = outputs.getShape().get(1);
        long dimension = outputs.getShape().get(2);
        NDArray constant = outputs.stopGradient();
        NDArray centered = constant.sub(constant.mean(new int[] {1}, true))
                .transpose(1, 0, 2)
                .reshape(samples, experts * dimension);

        NDArray signs = MatrixProduct.of(centered.transpose(), centered).signi();
        NDArray ownBlocks =
                signs.reshape(experts, dimension, experts, dimension).diagonal(0, 0, 2);
        ownBlocks.subi(ownBlocks);

        NDArray gradient = MatrixProduct.of(centered, signs)
                .reshape(samples, experts, dimension)
                .transpose(1, 0, 2);
        float factor = normalization.factor(samples) / (dimension * dimension);
        NDArray twice = Scalar.times(outputs.reshape(-1).dot(gradient.reshape(-1)), factor);
        return twice.sub(Scalar.times(twice.stopGradient(), 0.5f));
    }
}

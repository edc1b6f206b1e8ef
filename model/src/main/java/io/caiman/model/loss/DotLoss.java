package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import io.caiman.model.nn.Scalar;
import io.caiman.model.spec.LossSpec.Normalization;
import java.util.function.Supplier;

/**
 * The dot product loss (Table 4 "Dot"; Wu et al. 2021, Vector-Decomposed Disentanglement, the paper's [38]): a sample's
 * outputs of two experts are pushed to be orthogonal, over pairs p > q and samples k:
 *
 * <pre>
 * 1/d * sum over p > q and k of | &lt;O_p,k , O_q,k&gt; |
 * </pre>
 *
 * <p>The paper gives no formula. The dot product is [38]'s. Its absolute value is 0 for orthogonal outputs only, not for
 * opposite ones; after a ReLU it changes nothing. We divide by the dimension d, as Eq. 6 divides by the number of terms
 * of a covariance matrix, so that a weight does not depend on the experts' width.
 *
 * <p>With {@link Normalization#NONE} the loss grows linearly with the batch; {@link Normalization#BATCH} makes it the
 * mean over samples. Single samples are as good as any. A dead expert adds neither loss nor gradient.
 */
final class DotLoss implements ExpertLoss {

    private static final int[] DIMENSION = {2};

    private final Normalization normalization;

    DotLoss(Normalization normalization) {
        this.normalization = normalization;
    }

    @Override
    public NDArray of(NDArray outputs, Supplier<NDArray> gates) {
        long samples = outputs.getShape().get(1);
        long dimension = outputs.getShape().get(2);
        return Scalar.times(
                ExpertPairs.sum(outputs, (p, q) -> p.mul(q).sum(DIMENSION).abs().sum()),
                normalization.factor(samples) / dimension);
    }
}

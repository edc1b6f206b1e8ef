package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import io.caiman.model.nn.Scalar;
import io.caiman.model.spec.LossSpec.Normalization;
import java.util.function.Supplier;

/**
 * The OLE loss in its Frobenius norm form (Table 4 "OLE"; Sec. 5.3.4; Lezama et al. 2018, Orthogonal Low-rank Embedding,
 * the paper's [17]): the subspaces that two experts' outputs span over a batch are pushed to be orthogonal, over pairs p
 * > q:
 *
 * <pre>
 * sum over p > q of || O_p^T O_q ||_F
 * </pre>
 *
 * <p>[17] itself compares the nuclear norm of a batch with those of its classes, and is least where classes are
 * orthogonal. Of the "Fnorm form" the paper gives no formula: we take the Frobenius norm, not squared, of what must
 * vanish for that, the product of two experts' outputs. Subspaces pass through the origin, so the outputs are not
 * centred; that, and a norm over the whole matrix instead of over its entries, is what sets it apart from
 * {@link CovarianceLoss}.
 *
 * <p>The product sums over samples: with {@link Normalization#NONE} the loss grows about linearly with the batch;
 * {@link Normalization#BATCH} divides by N. A product of 0, as with a dead expert, has a gradient of 0 (the norm has
 * none there).
 */
final class OrthogonalLowRankLoss implements ExpertLoss {

    private static final int[] MATRIX = {1, 2};

    private final Normalization normalization;

    OrthogonalLowRankLoss(Normalization normalization) {
        this.normalization = normalization;
    }

    @Override
    public NDArray of(NDArray outputs, Supplier<NDArray> gates) {
        return Scalar.times(
                ExpertPairs.sum(outputs, OrthogonalLowRankLoss::norms),
                normalization.factor(outputs.getShape().get(1)));
    }

    private static NDArray norms(NDArray p, NDArray q) {
        NDArray squares = p.transpose(0, 2, 1).matMul(q).square().sum(MATRIX);
        return SafeRoot.of(squares, 0).sum();
    }
}

package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import io.caiman.model.nn.Scalar;
import io.caiman.model.spec.LossSpec.Normalization;
import java.util.function.Supplier;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * The equivalent transformation loss (Table 4 "Trans5"; Chen et al. 2023, Toward Equivalent Transformation of User
 * Preferences in Cross Domain Recommendation, the paper's [7]): it transfers between experts and does not disentangle
 * them. [7] assumes that one domain's representation is an orthogonal map of another's and learns that map, W. Over pairs
 * p > q:
 *
 * <pre>
 * sum over p > q of the least || O_p W - O_q ||_F^2 of any orthogonal W
 *     = sum over p > q of || O_p ||_F^2 + || O_q ||_F^2 - 2 || O_p^T O_q ||_*
 * </pre>
 *
 * <p>The paper does not say which of [7]'s losses its "Trans5" is, nor how it carries over to experts. We keep [7]'s
 * assumption and measure what contradicts it: what is left by the best map of the batch (the orthogonal Procrustes
 * problem), W = U V^T of the singular value decomposition O_p^T O_q = U S V^T, instead of by one with weights of its own.
 *
 * <p>PyTorch's differentiable decomposition cannot be reached from DJL. W is computed outside the graph and taken as a
 * constant: at the best W the residual's derivative by W along the orthogonal matrices is 0, so that the gradient by the
 * outputs is the true one all the same (envelope theorem). Where singular values of 0 leave the best W open, the loss is
 * the same for all, and a gradient is that of one of them.
 *
 * <p>With {@link Normalization#NONE} the loss grows linearly with the batch; {@link Normalization#BATCH} divides by N.
 * With fewer samples than dimensions a good map is easily found, which makes the loss of small batches too kind: for a
 * single sample it is the squared difference of two lengths. A pair with a dead expert costs the other's squared length:
 * finite, but drawing the living expert to 0.
 *
 * <p>It takes M(M-1)/2 decompositions of {@code [dimension, dimension]} on the CPU, at dimension 64 about 0.7 ms
 * each, which a small batch's whole step hardly takes: a loss to compare with.
 */
final class EquivalentTransformationLoss implements ExpertLoss {

    private final Normalization normalization;

    EquivalentTransformationLoss(Normalization normalization) {
        this.normalization = normalization;
    }

    @Override
    public NDArray of(NDArray outputs, Supplier<NDArray> gates) {
        return Scalar.times(
                ExpertPairs.sum(outputs, EquivalentTransformationLoss::residuals),
                normalization.factor(outputs.getShape().get(1)));
    }

    private static NDArray residuals(NDArray p, NDArray q) {
        NDArray products = p.stopGradient().transpose(0, 2, 1).matMul(q.stopGradient());
        return p.matMul(bestMaps(products)).sub(q).square().sum();
    }

    /** U V^T of each of the products U S V^T. */
    private static NDArray bestMaps(NDArray products) {
        int dimension = (int) products.getShape().get(1);
        float[] entries = products.toFloatArray();
        DMatrixRMaj product = new DMatrixRMaj(dimension, dimension);
        for (int offset = 0; offset < entries.length; offset += product.data.length) {
            for (int i = 0; i < product.data.length; i++) {
                product.data[i] = entries[offset + i];
            }
            DMatrixRMaj map = bestMap(product);
            for (int i = 0; i < product.data.length; i++) {
                entries[offset + i] = (float) map.data[i];
            }
        }
        return products.getManager().create(entries, products.getShape());
    }

    private static DMatrixRMaj bestMap(DMatrixRMaj product) {
        int dimension = product.numRows;
        SingularValueDecomposition_F64<DMatrixRMaj> decomposition =
                DecompositionFactory_DDRM.svd(dimension, dimension, true, true, false);
        if (MatrixFeatures_DDRM.hasUncountable(product) || !decomposition.decompose(product)) {
            // Where the outputs are not finite, nor is the loss, whatever the map.
            return CommonOps_DDRM.identity(dimension);
        }
        DMatrixRMaj map = new DMatrixRMaj(dimension, dimension);
        CommonOps_DDRM.mult(decomposition.getU(null, false), decomposition.getV(null, true), map);
        return map;
    }
}

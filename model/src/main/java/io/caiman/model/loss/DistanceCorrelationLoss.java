package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import io.caiman.model.nn.Scalar;
import java.util.function.Supplier;

/**
 * The distance correlation loss (Table 4 "dCorr"; Liu et al. 2022, Disentangled Multimodal Representation Learning for
 * Recommendation, the paper's [19]; the statistic is Szekely, Rizzo and Bakirov 2007, Definitions 4-5): the sum over
 * pairs p > q of the sample distance correlation of two experts' outputs,
 *
 * <pre>
 * a_kl = |O_p,k - O_p,l|,   A_kl = a_kl - mean of row k - mean of column l + mean of all   (B likewise, of O_q)
 * V2(A, B) = mean over k, l of A_kl B_kl,   dCorr = sqrt( V2(A, B) / sqrt( V2(A, A) V2(B, B) ) )
 * </pre>
 *
 * <p>As in [19], the correlation, in [0, 1], is minimised and not its square. It is the statistic with 1/N^2, which is
 * biased: independent outputs have one above 0, nearer to 1 the smaller the batch and the wider the output.
 *
 * <p>It is a ratio that does not sum over samples, so that {@link Normalization} does not apply. It is 0, by definition,
 * with an expert whose outputs do not differ between samples, as a dead one's do not, and for a single sample; there,
 * and where it is below 0.001, its gradient, which does not exist or is unbounded, is taken to be 0. So is that of a
 * distance that single precision cannot tell from 0.
 *
 * <p>It holds about ten arrays of {@code [experts, batch, batch]}: 200 MB, and 200 ms, for 5 experts and 1024
 * samples. Use {@link SampledRows} for batches of more than a few hundred.
 */
final class DistanceCorrelationLoss implements ExpertLoss {

    /** Of squared distances, in units of the squared lengths they are a difference of. */
    private static final float ROUNDING = 1e-6f;
    /** Of squared distance variances; a distance below 1e-9 does not count as variation. */
    private static final float LEAST_VARIANCE = 1e-18f;
    /** Of squared correlations. */
    private static final float LEAST_SQUARED_CORRELATION = 1e-6f;

    @Override
    public NDArray of(NDArray outputs, Supplier<NDArray> gates) {
        NDArray distances = centeredDistances(outputs);
        NDArray deviation = SafeRoot.of(mean(distances.square()), LEAST_VARIANCE);
        NDArray scale = deviation.add(deviation.stopGradient().eq(0f).toType(deviation.getDataType(), false));
        NDArray scaled = distances.div(scale.reshape(-1, 1, 1));
        return ExpertPairs.sum(scaled, DistanceCorrelationLoss::correlations);
    }

    private static NDArray correlations(NDArray p, NDArray q) {
        return SafeRoot.of(mean(p.mul(q)), LEAST_SQUARED_CORRELATION).sum();
    }

    /** Of each {@code [batch, batch]} matrix. */
    private static NDArray mean(NDArray matrices) {
        return matrices.reshape(matrices.getShape().get(0), -1).mean(new int[] {1});
    }

    /** A of each expert, {@code [experts, batch, batch]}. */
    private static NDArray centeredDistances(NDArray outputs) {
        // Distances do not change when the outputs are centred, and lose less to rounding.
        NDArray centered = outputs.sub(outputs.mean(new int[] {1}, true));
        NDArray squares = centered.square().sum(new int[] {2}, true);
        NDArray lengths = squares.add(squares.transpose(0, 2, 1));
        NDArray products = centered.matMul(centered.transpose(0, 2, 1));
        NDArray distances = SafeRoot.of(
                lengths.sub(Scalar.times(products, 2f)), lengths.stopGradient().mul(ROUNDING));
        NDArray means = distances.mean(new int[] {1}, true);
        return distances.sub(means).sub(means.transpose(0, 2, 1)).add(means.mean(new int[] {2}, true));
    }
}

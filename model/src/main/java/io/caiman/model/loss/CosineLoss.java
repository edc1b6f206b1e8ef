package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import io.caiman.model.nn.Scalar;
import io.caiman.model.spec.LossSpec.Normalization;
import java.util.function.Supplier;

/**
 * The cosine similarity loss (Table 4 "Cos"; Liu et al. 2021, Activity Image-to-Video Retrieval by Disentangling
 * Appearance and Motion, the paper's [20]): the dot product loss without the outputs' lengths, over pairs p > q and
 * samples k:
 *
 * <pre>
 * sum over p > q and k of | cos(O_p,k , O_q,k) |
 * </pre>
 *
 * <p>The paper gives no formula. We take the absolute value, as in {@link DotLoss}: orthogonal, not opposite, is
 * disentangled; after a ReLU it changes nothing.
 *
 * <p>With {@link Normalization#NONE} the loss grows linearly with the batch; {@link Normalization#BATCH} makes it the
 * mean over samples. The cosine with an output of 0, which is not defined, counts as 0 and has a gradient of 0: a dead
 * expert adds neither loss nor gradient. The gradient grows as an output's length falls, so that a length below
 * {@value #LEAST_LENGTH} is taken to be that.
 */
final class CosineLoss implements ExpertLoss {

    private static final double LEAST_LENGTH = 1e-6;

    private final Normalization normalization;

    CosineLoss(Normalization normalization) {
        this.normalization = normalization;
    }

    @Override
    public NDArray of(NDArray outputs, Supplier<NDArray> gates) {
        NDArray directions = outputs.normalize(2, 2, LEAST_LENGTH);
        return Scalar.times(
                ExpertPairs.sum(
                        directions, (p, q) -> p.mul(q).sum(new int[] {2}).abs().sum()),
                normalization.factor(outputs.getShape().get(1)));
    }
}

package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import java.util.function.Supplier;

/**
 * The importance loss (Table 4 "Importance"; Shazeer et al. 2017, Outrageously Large Neural Networks, Eq. 6-7, the
 * paper's [30]): it balances the experts' load and does not disentangle them. An expert's importance is the sum of its
 * gate weights over the batch, and the loss the squared coefficient of variation of the M experts' importances:
 *
 * <pre>
 * I_p = sum over samples k of g_k,p,   L = variance(I) / mean(I)^2   (variance with 1/M)
 * </pre>
 *
 * <p>A gate with a weight for each dimension gives an expert the mean of its weights there: what is balanced is the
 * experts, while within one the dimensions may differ, which is what element-wise gating is for. The samples' own gates
 * count, each of its domain, over the whole batch.
 *
 * <p>It reads the gates only, so that an expert's outputs, dead or not, make no difference. It is a ratio, in [0, M - 1],
 * that does not sum over samples: {@link Normalization} does not apply. The smaller the batch, though, the larger it is
 * by chance: a single sample must then use all experts alike.
 */
final class ImportanceLoss implements ExpertLoss {

    private static final int[] SAMPLES_AND_WIDTH = {0, 2};

    @Override
    public NDArray of(NDArray outputs, Supplier<NDArray> gates) {
        NDArray importance = gates.get().sum(SAMPLES_AND_WIDTH);
        // Weights that sum to 1 over the experts leave no mean of 0.
        return importance.div(importance.mean()).sub(1f).square().mean();
    }
}

package io.caiman.model.loss;

import ai.djl.ndarray.NDArray;
import io.caiman.model.spec.LossSpec;
import io.caiman.model.spec.LossSpec.Normalization;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A loss between the experts of a batch, added to the prediction's own loss so that the experts do not all learn the
 * same (Crocodile, Sec. 4.3 and 5.3.4).
 */
@FunctionalInterface
public interface ExpertLoss {

    /**
     * The loss of a batch: a scalar from which gradients flow back to what it was computed from; never negative, and 0
     * for a single expert. It is finite, and so are its gradients, wherever the outputs are, an expert whose outputs
     * are all 0 included.
     *
     * @param outputs of the experts, {@code [experts, batch, dimension]}
     * @param gates gives, if asked, the weights by which each sample mixes the experts, {@code [batch, experts, width]} with a width of 1
     *     or dimension, not negative, summing to 1 over the experts
     */
    NDArray of(NDArray outputs, Supplier<NDArray> gates);

    /** Crocodile's own loss (Eq. 6). */
    static ExpertLoss covariance(Normalization normalization) {
        return new CovarianceLoss(normalization);
    }

    /** The loss that a spec asks for; empty if it asks for none. */
    static Optional<ExpertLoss> of(LossSpec spec) {
        Normalization normalization = spec.normalization();
        ExpertLoss loss = switch (spec.disentangling()) {
            case NONE -> null;
            case COVARIANCE -> new CovarianceLoss(normalization);
            case DOT -> new DotLoss(normalization);
            case COSINE -> new CosineLoss(normalization);
            case DISTANCE_CORRELATION -> new DistanceCorrelationLoss();
            case ORTHOGONAL_LOW_RANK -> new OrthogonalLowRankLoss(normalization);
            case IMPORTANCE -> new ImportanceLoss();
            case EQUIVALENT_TRANSFORMATION -> new EquivalentTransformationLoss(normalization);
        };
        return Optional.ofNullable(loss)
                .map(whole -> spec.sampledRows() == 0 ? whole : new SampledRows(whole, spec.sampledRows()));
    }
}

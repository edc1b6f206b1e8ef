package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.caiman.model.nn.DomainVectors;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Linear;
import io.caiman.model.nn.Scalar;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.Pruning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * AdaSparse (Yang et al. 2022): an MLP that all domains share, after each hidden layer h of which a domain-aware pruner
 * weighs the neurons by the domain's vector e_d and what they hold, in the form the paper calls fusion:
 *
 * <pre>
 * v = scale * sigmoid(sharpness * (W [e_d; h] + b)),   h := h * v where v is above the threshold, else 0
 * </pre>
 *
 * <p>A threshold of 0 with a sharpness of 1 is the paper's scaling. Its binarization, and its sharpness that grows from
 * epoch to epoch, suit a training that ends; here the sharpness stays.
 *
 * <p>The loss asks for a share of pruned neurons between two bounds (the paper's flexible sparsity regularization): a
 * layer whose share is out of bounds adds the square of its distance to the middle between them. The paper counts the
 * neurons, which has no gradient; here each counts as {@code sigmoid(20 * (threshold - v))}, averaged over neurons and
 * batch.
 */
final class AdaSparse extends Network {

    private static final float COUNT_SHARPNESS = 20;

    private final Pruning options;
    private final List<Linear> layers = new ArrayList<>();
    private final List<Integer> inputWidths = new ArrayList<>();
    private final List<Linear> pruners = new ArrayList<>();
    private final DomainVectors indicators;
    private final Linear last;

    AdaSparse(ModelSpec spec) {
        this.options = (Pruning) spec.options();
        int dimension = spec.embedding().dimension();
        int in = spec.features().size() * dimension;
        for (int out : spec.layers()) {
            layers.add(new Linear(layout, "layer." + layers.size(), in, out));
            pruners.add(new Linear(layout, "pruner." + pruners.size(), dimension + out, out));
            inputWidths.add(in);
            in = out;
        }
        inputWidths.add(in);
        this.indicators = new DomainVectors(layout, "indicator", spec.domainPlaces(), dimension);
        this.last = new Linear(layout, "last", in, spec.tasks().size());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(new TowerShape(1, inputWidths));
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray hidden = input.set(0);
        NDArray penalty = hidden.getManager().zeros(new Shape());
        for (int layer = 0; layer < layers.size(); layer++) {
            hidden = Activation.relu(
                    layers.get(layer).forward(leaves, input.gates().gated(layer, hidden)));
            NDArray weights = weights(leaves, input, hidden, pruners.get(layer));
            penalty = penalty.add(penalty(weights));
            NDArray kept = weights.gt(constant(weights, options.threshold())).toType(DataType.FLOAT32, false);
            hidden = hidden.mul(weights).mul(kept);
        }
        return Output.of(last.forward(leaves, input.gates().gated(layers.size(), hidden)))
                .withPenalty(Scalar.times(penalty, options.sparsityWeight() / Math.max(1, layers.size())));
    }

    /** The weights of a layer's neurons before any is pruned, {@code [batch, neurons]}. */
    private NDArray weights(Leaves leaves, Input input, NDArray hidden, Linear pruner) {
        NDList pieces = input.byDomain(hidden, 0);
        NDList besides = new NDList();
        for (int i = 0; i < pieces.size(); i++) {
            besides.add(indicators.beside(leaves, pieces.get(i), input.domains()[i]));
        }
        NDArray scores = Scalar.times(pruner.forward(leaves, joined(besides, 0)), options.sharpness());
        return Scalar.times(Activation.sigmoid(scores), options.scale());
    }

    private NDArray penalty(NDArray weights) {
        NDArray below =
                Scalar.times(weights, -COUNT_SHARPNESS).add(constant(weights, COUNT_SHARPNESS * options.threshold()));
        NDArray share = Activation.sigmoid(below).mean();
        float value = share.getFloat();
        boolean within = value >= options.leastSparsity() && value <= options.mostSparsity();
        float middle = (options.leastSparsity() + options.mostSparsity()) / 2;
        return within ? constant(share, 0) : share.sub(constant(share, middle)).square();
    }

    private static NDArray constant(NDArray beside, float value) {
        return beside.getManager().full(new Shape(), value, DataType.FLOAT32);
    }
}

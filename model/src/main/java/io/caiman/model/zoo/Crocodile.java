package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.caiman.model.loss.ExpertLoss;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.ExpertGate;
import io.caiman.model.nn.ExpertLayers;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Scalar;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.Gate;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Crocodile (Lin et al. 2024, arXiv 2405.12706) and everything its Table 5 takes away from it: M experts (Eq. 4), each
 * with an embedding set of its own or all with one (Eq. 3); a gate (Eq. 8-10, or MMoE's) and a tower (Eq. 5) for each
 * domain; a loss that keeps the experts' outputs apart (Eq. 6, or another of Table 4), over the whole batch whatever its
 * domains.
 */
public final class Crocodile implements Network {

    private final DenseLayout layout = new DenseLayout();
    private final int sets;
    private final Gate gate;
    private final float penaltyWeight;
    private final Optional<ExpertLoss> loss;
    private final ExpertLayers experts;
    private final List<ExpertGate> gates = new ArrayList<>();
    private final List<Tower> towers = new ArrayList<>();

    public Crocodile(ModelSpec spec) {
        int dimension = spec.embedding().dimension();
        int inputWidth = spec.features().size() * dimension;
        int outputWidth = spec.experts().outputWidth();
        this.sets = spec.embeddingSets();
        this.gate = spec.gate();
        this.penaltyWeight = spec.loss().disentanglingWeight();
        this.loss = penaltyWeight == 0 ? Optional.empty() : ExpertLoss.of(spec.loss());
        this.experts = new ExpertLayers(
                layout, spec.experts().count(), inputWidth, spec.experts().layers());
        for (String domain : spec.domains()) {
            gates.add(new ExpertGate(
                    layout,
                    "gate." + domain,
                    gate.readsPrior() ? spec.priorFeatures().size() * dimension : inputWidth,
                    spec.experts().count(),
                    gate == Gate.PRIOR_ELEMENTWISE ? outputWidth : 1));
            towers.add(new Tower(layout, "tower." + domain, outputWidth, spec.towers()));
        }
    }

    @Override
    public DenseLayout layout() {
        return layout;
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray outputs = experts.forward(leaves, input.embeddings());
        long[] bounds = bounds(input.counts());
        NDList outputsByDomain = outputs.split(bounds, 1);
        NDList gateInputs = input.prior()
                .map(prior -> prior.split(bounds, 0))
                .orElseGet(() -> input.embeddings().split(bounds, 1));
        NDList weights = new NDList();
        NDList logits = new NDList();
        for (int i = 0; i < input.domains().length; i++) {
            int domain = input.domains()[i];
            NDArray gateInput =
                    gate.readsPrior() ? gateInputs.get(i) : gateInputs.get(i).get(domain % sets);
            NDArray weight = gates.get(domain).weights(leaves, gateInput);
            weights.add(weight);
            logits.add(towers.get(domain).forward(leaves, ExpertGate.mix(weight, outputsByDomain.get(i))));
        }
        Optional<NDArray> penalty =
                loss.map(kept -> Scalar.times(kept.of(outputs, () -> joined(weights)), penaltyWeight));
        return new Output(joined(logits).reshape(-1), penalty, outputs, weights);
    }

    /** Arrays end to end. DJL copies a single one, which would cut it off from the backward pass. */
    private static NDArray joined(NDList arrays) {
        return arrays.size() == 1 ? arrays.get(0) : NDArrays.concat(arrays, 0);
    }

    /** Where one domain's samples end and the next one's start. */
    private static long[] bounds(int[] counts) {
        long[] bounds = new long[counts.length - 1];
        Arrays.setAll(bounds, i -> (i == 0 ? 0 : bounds[i - 1]) + counts[i]);
        return bounds;
    }
}

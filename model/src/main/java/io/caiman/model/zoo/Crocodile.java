package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.loss.ExpertLoss;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.ExpertGate;
import io.caiman.model.nn.ExpertLayers;
import io.caiman.model.nn.LayerGates;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Scalar;
import io.caiman.model.spec.Gate;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Crocodile (Lin et al. 2024, arXiv 2405.12706) and everything its Table 5 takes away from it: M experts (Eq. 4), each
 * with an embedding set of its own or all with one (Eq. 3); a gate (Eq. 8-10, or MMoE's) for each domain, and a tower (Eq.
 * 5) for each domain and task; a loss that keeps the experts' outputs apart (Eq. 6, or another of Table 4), over the whole batch whatever its
 * domains.
 */
final class Crocodile extends Network {

    private final ModelSpec spec;
    private final Gate gate;
    private final float penaltyWeight;
    private final Optional<ExpertLoss> loss;
    private final ExpertLayers experts;
    private final List<ExpertGate> gates = new ArrayList<>();
    private final List<TaskTowers> towers = new ArrayList<>();

    private Crocodile(ModelSpec spec, Gate gate, Optional<ExpertLoss> loss) {
        int dimension = spec.embedding().dimension();
        int inputWidth = spec.features().size() * dimension;
        int outputWidth = spec.experts().outputWidth();
        this.spec = spec;
        this.gate = gate;
        this.penaltyWeight = spec.loss().disentanglingWeight();
        this.loss = loss;
        this.experts = new ExpertLayers(
                layout,
                "experts",
                spec.experts().count(),
                inputWidth,
                spec.experts().layers());
        for (String domain : spec.domainPlaces()) {
            DenseLayout own = layout.ofDomain(gates.size());
            gates.add(new ExpertGate(
                    own,
                    "gate." + domain,
                    gate.readsPrior() ? spec.priorFeatures().size() * dimension : inputWidth,
                    spec.experts().count(),
                    gate == Gate.PRIOR_ELEMENTWISE ? outputWidth : 1));
            towers.add(new TaskTowers(own, spec, "tower." + domain, outputWidth, spec.towers()));
        }
    }

    /** With the parts that the spec says. */
    static Crocodile withPartsOf(ModelSpec spec) {
        boolean apart = spec.loss().disentanglingWeight() > 0;
        return new Crocodile(spec, spec.gate(), apart ? ExpertLoss.of(spec.loss()) : Optional.empty());
    }

    /**
     * MMoE (Ma et al. 2018, Sec. 4.2), {@code f_s = sum over p of softmax(x W_s)_p O_p(x)}: Crocodile without prior and
     * loss. With an embedding set for each expert it is ME-MMoE, whose domain s gates by set s (Lin et al., Sec. 4.4).
     */
    static Crocodile mmoe(ModelSpec spec) {
        return new Crocodile(spec, Gate.MMOE, Optional.empty());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(towers.get(0).shape());
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray outputs = experts.forward(leaves, input.embeddings());
        NDArray weights = gates(leaves, input);
        NDList mixed = input.byDomain(ExpertGate.mix(weights, outputs), 0);
        List<LayerGates> towerGates = input.gatesByDomain();
        NDList logits = new NDList();
        for (int i = 0; i < mixed.size(); i++) {
            logits.add(towers.get(input.domains()[i]).forward(leaves, mixed.get(i), towerGates.get(i)));
        }
        Output output = Output.mixed(Network.joined(logits, 0), input.byDomain(weights, 0))
                .withExperts(outputs);
        return loss.map(kept -> kept.of(outputs, () -> weights))
                .map(penalty -> output.withPenalty(Scalar.times(penalty, penaltyWeight)))
                .orElse(output);
    }

    /** The weights of the experts, {@code [batch, experts, 1 or their width]}. Only the products know of domains. */
    private NDArray gates(Leaves leaves, Input input) {
        NDList inputs = gate.readsPrior()
                ? input.byDomain(input.prior().orElseThrow(), 0)
                : input.byDomain(input.embeddings(), 1);
        NDList scores = new NDList();
        for (int i = 0; i < inputs.size(); i++) {
            int domain = input.domains()[i];
            NDArray own = gate.readsPrior() ? inputs.get(i) : inputs.get(i).get(gateSet(domain));
            scores.add(gates.get(domain).scores(leaves, own));
        }
        return gates.get(0).weights(Network.joined(scores, 0));
    }

    /** The embedding set that MMoE's gate of a domain reads; that of an added domain the same as the one it comes from. */
    private int gateSet(int domain) {
        boolean added =
                domain >= spec.domains().size() && !spec.newDomainsFrom().isEmpty();
        return (added ? spec.startOf(domain).get(0) : domain) % spec.embeddingSets();
    }
}

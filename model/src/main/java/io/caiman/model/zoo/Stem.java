package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.ExpertGate;
import io.caiman.model.nn.ExpertLayers;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.ExpertGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * STEM (Su et al. 2024), with domains in place of tasks: an embedding set and experts for each domain and for all
 * domains together, and "all forward task-specific backward" gates. A sample of domain s reads every domain's experts,
 * but teaches only those of its own domain and the shared ones:
 *
 * <pre>
 * t_s = sum over own and shared experts p of g_p O_p  +  sum over other domains' experts q of g_q stop(O_q)
 * g   = softmax((x_s + x_shared) W_s)
 * </pre>
 *
 * <p>One layer. That the gate reads the sum of both sets is taken from public implementations built on FuxiCTR.
 */
final class Stem extends Network {

    private final List<ExpertLayers> experts = new ArrayList<>();
    private final List<ExpertGate> gates = new ArrayList<>();
    private final DomainTowers towers;
    private final int shared;

    Stem(ModelSpec spec) {
        ExpertGroups groups = (ExpertGroups) spec.options();
        int inputWidth = spec.features().size() * spec.embedding().dimension();
        List<Integer> widths = spec.experts().layers();
        this.shared = spec.domains().size();
        int count = shared * groups.domainExperts() + groups.sharedExperts();
        for (String domain : spec.domains()) {
            experts.add(new ExpertLayers(layout, "experts." + domain, groups.domainExperts(), inputWidth, widths));
            gates.add(new ExpertGate(layout, "gate." + domain, inputWidth, count, 1));
        }
        experts.add(new ExpertLayers(layout, "shared", groups.sharedExperts(), inputWidth, widths));
        this.towers = new DomainTowers(layout, spec, spec.experts().outputWidth());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(towers.shape());
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDList outputs = new NDList();
        List<NDList> byDomain = new ArrayList<>();
        for (int group = 0; group <= shared; group++) {
            NDArray output = experts.get(group).forward(leaves, input.set(group).expandDims(0));
            outputs.add(output);
            byDomain.add(input.byDomain(output, 1));
        }
        NDList embeddings = input.byDomain(input.embeddings(), 1);
        NDList weights = new NDList();
        NDList mixed = new NDList();
        for (int i = 0; i < input.domains().length; i++) {
            int domain = input.domains()[i];
            NDList read = new NDList();
            for (int group = 0; group <= shared; group++) {
                NDArray output = byDomain.get(group).get(i);
                read.add(group == domain || group == shared ? output : output.stopGradient());
            }
            NDArray gateInput =
                    embeddings.get(i).get(domain).add(embeddings.get(i).get(shared));
            NDArray weight = gates.get(domain).weights(leaves, gateInput);
            weights.add(weight);
            mixed.add(ExpertGate.mix(weight, joined(read, 0)));
        }
        return Output.mixed(towers.forward(leaves, input, mixed), weights).withExperts(joined(outputs, 0));
    }
}

package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DomainVectors;
import io.caiman.model.nn.ExpertGate;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.SubExperts;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.ExpertGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * HiNet's scenario extraction layer (Zhou et al. 2023): for a sample of domain i,
 *
 * <pre>
 * C_i = [G(x); S_i(x); A_i],   A_i = sum over domains j other than i of softmax(e_i W_i)_j S_j(x)
 * </pre>
 *
 * <p>where G is the scenario-shared expert network, S_j that of domain j, both {@link SubExperts}, and A_i the
 * scenario-aware attentive network, whose weights come from the indicator embedding e_i of the sample's domain. With a
 * single domain there is no A. Of the task extraction layer a tower for each domain and task is left: its customized gate
 * control, which shares experts between tasks, is not there.
 */
final class HiNet extends Network {

    private final SubExperts shared;
    private final List<SubExperts> own = new ArrayList<>();
    private final List<ExpertGate> attention = new ArrayList<>();
    private final DomainVectors indicators;
    private final DomainTowers towers;

    HiNet(ModelSpec spec) {
        ExpertGroups groups = (ExpertGroups) spec.options();
        int dimension = spec.embedding().dimension();
        int inputWidth = spec.features().size() * dimension;
        int others = spec.domains().size() - 1;
        List<Integer> widths = spec.experts().layers();
        this.shared = new SubExperts(layout, "shared", groups.sharedExperts(), inputWidth, widths);
        for (String domain : spec.domains()) {
            own.add(new SubExperts(layout, "experts." + domain, groups.domainExperts(), inputWidth, widths));
            if (others > 0) {
                attention.add(new ExpertGate(layout, "attention." + domain, dimension, others, 1));
            }
        }
        this.indicators = new DomainVectors(layout, "indicator", spec.domains(), dimension);
        this.towers = new DomainTowers(
                layout, spec, (others > 0 ? 3 : 2) * spec.experts().outputWidth());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(towers.shape());
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray embeddings = input.set(0).expandDims(0);
        NDList general = input.byDomain(shared.forward(leaves, embeddings), 0);
        List<NDList> outputs = new ArrayList<>();
        for (SubExperts experts : own) {
            outputs.add(input.byDomain(experts.forward(leaves, embeddings), 0));
        }
        NDList hidden = new NDList();
        for (int i = 0; i < general.size(); i++) {
            int domain = input.domains()[i];
            NDList parts = new NDList(general.get(i), outputs.get(domain).get(i));
            NDList others = new NDList();
            for (int other = 0; other < outputs.size(); other++) {
                if (other != domain) {
                    others.add(outputs.get(other).get(i).expandDims(0));
                }
            }
            if (!others.isEmpty()) {
                NDArray weights = attention.get(domain).weights(leaves, indicators.get(leaves, domain));
                parts.add(ExpertGate.mix(weights, joined(others, 0)));
            }
            hidden.add(joined(parts, 1));
        }
        return Output.of(towers.forward(leaves, input, hidden));
    }
}

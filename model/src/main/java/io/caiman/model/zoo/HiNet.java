package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.DomainVectors;
import io.caiman.model.nn.ExpertGate;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.SubExperts;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.ExpertGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * HiNet's scenario extraction layer (Zhou et al. 2023): for a sample of domain i,
 *
 * <pre>
 * C_i = [G(x); S_i(x); A_i],   A_i = sum over domains j other than i of softmax(e_i W_i)_j S_j(x)
 * </pre>
 *
 * <p>where G is the scenario-shared expert network, S_j that of domain j, both {@link SubExperts}, and A_i the
 * scenario-aware attentive network, whose weights come from the indicator embedding e_i of the sample's domain. With a
 * single domain there is no A. A domain that is added while the model learns attends to those of the spec, and none to it,
 * for what was there before must not change.
 *
 * <p>Of the task extraction layer a tower for each domain and task is left: its customized gate control, which shares
 * experts between tasks, is not there.
 */
final class HiNet extends Network {

    private final int domains;
    private final SubExperts shared;
    private final List<SubExperts> own = new ArrayList<>();
    private final List<ExpertGate> attention = new ArrayList<>();
    private final DomainVectors indicators;
    private final DomainTowers towers;

    HiNet(ModelSpec spec) {
        ExpertGroups groups = (ExpertGroups) spec.options();
        int dimension = spec.embedding().dimension();
        int inputWidth = spec.features().size() * dimension;
        this.domains = spec.domains().size();
        boolean others = domains > 1;
        List<Integer> widths = spec.experts().layers();
        this.shared = new SubExperts(layout, "shared", groups.sharedExperts(), inputWidth, widths);
        for (String domain : spec.domainPlaces()) {
            int number = own.size();
            DenseLayout ofDomain = layout.ofDomain(number);
            own.add(new SubExperts(ofDomain, "experts." + domain, groups.domainExperts(), inputWidth, widths));
            if (others) {
                List<Integer> attended = IntStream.range(0, domains)
                        .filter(other -> other != number)
                        .boxed()
                        .toList();
                attention.add(new ExpertGate(ofDomain, "attention." + domain, dimension, attended, 1));
            }
        }
        this.indicators = new DomainVectors(layout, "indicator", spec.domainPlaces(), dimension);
        this.towers =
                new DomainTowers(layout, spec, (others ? 3 : 2) * spec.experts().outputWidth());
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
        for (SubExperts experts : own.subList(0, domains)) {
            outputs.add(input.byDomain(experts.forward(leaves, embeddings), 0));
        }
        NDList hidden = new NDList();
        for (int i = 0; i < general.size(); i++) {
            int domain = input.domains()[i];
            NDArray output = domain < domains
                    ? outputs.get(domain).get(i)
                    : own.get(domain)
                            .forward(leaves, input.byDomain(embeddings, 1).get(i));
            NDList parts = new NDList(general.get(i), output);
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

package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
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
 * <p>A domain that is added while the model learns reads the experts of the spec's domains, the shared ones and its own,
 * which no other reads, for what was there before must not change.
 *
 * <p>One layer. That the gate reads the sum of both sets is taken from public implementations built on FuxiCTR.
 */
final class Stem extends Network {

    private final ModelSpec spec;
    private final int domains;
    private final List<ExpertLayers> own = new ArrayList<>();
    private final ExpertLayers shared;
    private final List<ExpertGate> gates = new ArrayList<>();
    private final DomainTowers towers;

    Stem(ModelSpec spec) {
        ExpertGroups groups = (ExpertGroups) spec.options();
        int inputWidth = spec.features().size() * spec.embedding().dimension();
        List<Integer> widths = spec.experts().layers();
        this.spec = spec;
        this.domains = spec.domains().size();
        for (String domain : spec.domainPlaces()) {
            int number = own.size();
            DenseLayout ofDomain = layout.ofDomain(number);
            own.add(new ExpertLayers(ofDomain, "experts." + domain, groups.domainExperts(), inputWidth, widths));
            gates.add(new ExpertGate(ofDomain, "gate." + domain, inputWidth, mixedBy(number, groups), 1));
        }
        this.shared = new ExpertLayers(layout, "shared", groups.sharedExperts(), inputWidth, widths);
        this.towers = new DomainTowers(layout, spec, spec.experts().outputWidth());
    }

    /** The experts that a domain's gate mixes; its own ones have the same numbers for each domain, below 0. */
    private List<Integer> mixedBy(int domain, ExpertGroups groups) {
        int each = groups.domainExperts();
        List<Integer> mixed = new ArrayList<>();
        for (int expert = 0; expert < domains * each; expert++) {
            mixed.add(expert / each == domain ? -1 - expert % each : expert);
        }
        for (int expert = 0; expert < groups.sharedExperts(); expert++) {
            mixed.add(domains * each + expert);
        }
        for (int expert = 0; expert < each && domain >= domains; expert++) {
            mixed.add(-1 - expert);
        }
        return mixed;
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(towers.shape());
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDList outputs = new NDList();
        List<NDList> byDomain = new ArrayList<>();
        for (int group = 0; group <= domains; group++) {
            ExpertLayers experts = group < domains ? own.get(group) : shared;
            NDArray output = experts.forward(leaves, input.set(group).expandDims(0));
            outputs.add(output);
            byDomain.add(input.byDomain(output, 1));
        }
        NDList embeddings = input.byDomain(input.embeddings(), 1);
        NDList weights = new NDList();
        NDList mixed = new NDList();
        for (int i = 0; i < input.domains().length; i++) {
            int domain = input.domains()[i];
            NDList read = new NDList();
            for (int group = 0; group <= domains; group++) {
                NDArray output = byDomain.get(group).get(i);
                read.add(group == domain || group == domains ? output : output.stopGradient());
            }
            NDArray ofDomain = embeddings.get(i).get(spec.embeddingSetOf(domain).orElseThrow());
            if (domain >= domains) {
                read.add(own.get(domain).forward(leaves, ofDomain.expandDims(0)));
            }
            NDArray gateInput = ofDomain.add(embeddings.get(i).get(domains));
            NDArray weight = gates.get(domain).weights(leaves, gateInput);
            weights.add(weight);
            mixed.add(ExpertGate.mix(weight, joined(read, 0)));
        }
        return Output.mixed(towers.forward(leaves, input, mixed), weights).withExperts(joined(outputs, 0));
    }
}

package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.ExpertGate;
import io.caiman.model.nn.ExpertLayers;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.Extraction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * PLE (Tang et al. 2020), with domains in place of tasks. At each level domain k has experts of its own, E_k, beside the
 * shared ones, E_s; customized gate control (Sec. 4.1) mixes them by a softmax of the domain's input,
 *
 * <pre>
 * g_k(x) = softmax(x_k W_k) [E_k(x_k); E_s(x_s)]
 * </pre>
 *
 * <p>and the level above takes x_k := g_k and, mixed from the experts of all domains and the shared ones by a softmax of
 * x_s, x_s := g_s (Sec. 4.2). The last level needs no g_s, so there an impression sees its own domain's experts
 * only. One level is CGC.
 *
 * <p>ME-PLE (Su et al. 2024) begins with an embedding set x_k for each domain and a shared one, x_s, in place of the same
 * x for all.
 *
 * <p>A domain that is added while the model learns has experts and gates like the others, but x_s does not mix its
 * experts, for what was there before must not change.
 */
final class ProgressiveLayeredExtraction extends Network {

    private final List<Level> levels = new ArrayList<>();
    private final Level last;
    private final int sets;
    private final int domains;
    private final int room;
    private final DomainTowers towers;

    ProgressiveLayeredExtraction(ModelSpec spec) {
        Extraction options = (Extraction) spec.options();
        this.sets = spec.embeddingSets();
        this.domains = spec.domains().size();
        this.room = spec.domainRoom();
        int width = spec.features().size() * spec.embedding().dimension();
        for (int level = 0; level < options.levels() - 1; level++) {
            levels.add(new Level(layout, spec, options, level, width));
            width = spec.experts().outputWidth();
        }
        this.last = new Level(layout, spec, options, options.levels() - 1, width);
        this.towers = new DomainTowers(layout, spec, spec.experts().outputWidth());
    }

    /** The experts and gates of a level; the last one has no shared gate. */
    private static final class Level {

        private final List<ExpertLayers> own = new ArrayList<>();
        private final List<ExpertGate> gates = new ArrayList<>();
        private final ExpertLayers shared;
        private final Optional<ExpertGate> sharedGate;

        Level(DenseLayout layout, ModelSpec spec, Extraction options, int level, int width) {
            String name = "level." + level;
            List<Integer> widths = spec.experts().layers();
            int experts = options.domainExperts() + options.sharedExperts();
            for (String domain : spec.domainPlaces()) {
                DenseLayout ofDomain = layout.ofDomain(own.size());
                own.add(new ExpertLayers(
                        ofDomain, name + ".experts." + domain, options.domainExperts(), width, widths));
                gates.add(new ExpertGate(ofDomain, name + ".gate." + domain, width, experts, 1));
            }
            this.shared = new ExpertLayers(layout, name + ".shared", options.sharedExperts(), width, widths);
            int all = spec.domains().size() * options.domainExperts() + options.sharedExperts();
            this.sharedGate = level == options.levels() - 1
                    ? Optional.empty()
                    : Optional.of(new ExpertGate(layout, name + ".gate", width, all, 1));
        }
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(towers.shape());
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        // By place, all of them [1, batch, width].
        NDList inputs = new NDList();
        for (int place = 0; place <= room; place++) {
            inputs.add(sets == 1 && place > 0 ? inputs.get(0) : input.set(place).expandDims(0));
        }
        for (Level level : levels) {
            inputs = through(leaves, level, input, inputs);
        }
        NDList shared = input.byDomain(last.shared.forward(leaves, inputs.get(domains)), 1);
        NDList gates = new NDList();
        NDList mixed = new NDList();
        for (int i = 0; i < input.domains().length; i++) {
            int domain = input.domains()[i];
            NDArray own = input.byDomain(inputs.get(place(domain)), 1).get(i);
            NDArray gate = last.gates.get(domain).weights(leaves, own.get(0));
            NDArray outputs = last.own.get(domain).forward(leaves, own);
            gates.add(gate);
            mixed.add(ExpertGate.mix(gate, joined(new NDList(outputs, shared.get(i)), 0)));
        }
        return Output.mixed(towers.forward(leaves, input, mixed), gates);
    }

    /** A domain's place in the order of embedding sets, where the shared one stands behind the spec's domains. */
    private int place(int domain) {
        return domain < domains ? domain : domain + 1;
    }

    /** What a level makes of the inputs, by place. */
    private NDList through(Leaves leaves, Level level, Input input, NDList inputs) {
        NDArray shared = level.shared.forward(leaves, inputs.get(domains));
        NDList outputs = new NDList();
        NDList all = new NDList();
        for (int domain = 0; domain < domains; domain++) {
            NDArray own = level.own.get(domain).forward(leaves, inputs.get(domain));
            all.add(own);
            outputs.add(mixed(leaves, level.gates.get(domain), inputs.get(domain), new NDList(own, shared)));
        }
        all.add(shared);
        outputs.add(mixed(leaves, level.sharedGate.orElseThrow(), inputs.get(domains), all));
        for (int added = domains; added < room; added++) {
            NDArray before = inputs.get(place(added));
            if (Arrays.binarySearch(input.domains(), added) >= 0) {
                NDArray own = level.own.get(added).forward(leaves, before);
                outputs.add(mixed(leaves, level.gates.get(added), before, new NDList(own, shared)));
            } else {
                // Nobody reads it.
                outputs.add(before);
            }
        }
        return outputs;
    }

    private static NDArray mixed(Leaves leaves, ExpertGate gate, NDArray input, NDList experts) {
        return ExpertGate.mix(gate.weights(leaves, input.get(0)), joined(experts, 0))
                .expandDims(0);
    }
}

package io.caiman.model.zoo;

import ai.djl.ndarray.NDList;
import io.caiman.model.nn.LayerGates;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model for each domain by itself, the baseline "Single Domain" of Lin et al. 2024 (Tab. 2): an MLP over an embedding
 * set of the domain's own. An impression reads and teaches nothing but its domain's weights and embeddings, so that this
 * one network is as good as one network for each domain. Each task has an MLP of its own; they share the embeddings.
 */
final class SingleDomain extends Network {

    private final List<TaskTowers> networks = new ArrayList<>();

    SingleDomain(ModelSpec spec) {
        List<Integer> widths = new ArrayList<>(spec.layers());
        widths.addAll(spec.towers());
        int inputWidth = spec.features().size() * spec.embedding().dimension();
        for (String domain : spec.domainPlaces()) {
            networks.add(
                    new TaskTowers(layout.ofDomain(networks.size()), spec, "network." + domain, inputWidth, widths));
        }
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(networks.get(0).shape());
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDList embeddings = input.byDomain(input.embeddings(), 1);
        List<LayerGates> gates = input.gatesByDomain();
        NDList logits = new NDList();
        for (int i = 0; i < embeddings.size(); i++) {
            int domain = input.domains()[i];
            logits.add(networks.get(domain).forward(leaves, embeddings.get(i).get(domain), gates.get(i)));
        }
        return Output.of(joined(logits, 0));
    }
}

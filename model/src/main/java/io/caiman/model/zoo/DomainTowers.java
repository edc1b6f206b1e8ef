package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.LayerGates;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.List;

/** Towers for each domain, one for each task. */
final class DomainTowers {

    private final List<TaskTowers> towers = new ArrayList<>();

    DomainTowers(DenseLayout layout, ModelSpec spec, int inputWidth) {
        for (String domain : spec.domainPlaces()) {
            DenseLayout own = layout.ofDomain(towers.size());
            towers.add(new TaskTowers(own, spec, "tower." + domain, inputWidth, spec.towers()));
        }
    }

    /** What PPNet can gate: those of a domain, for all domains share the gates. */
    TowerShape shape() {
        return towers.get(0).shape();
    }

    /**
     * The logits, {@code [batch, tasks]}.
     *
     * @param hidden for each domain of the input {@code [its samples, inputWidth]}
     */
    NDArray forward(Leaves leaves, Network.Input input, NDList hidden) {
        List<LayerGates> gates = input.gatesByDomain();
        NDList logits = new NDList();
        for (int i = 0; i < hidden.size(); i++) {
            logits.add(towers.get(input.domains()[i]).forward(leaves, hidden.get(i), gates.get(i)));
        }
        return Network.joined(logits, 0);
    }
}

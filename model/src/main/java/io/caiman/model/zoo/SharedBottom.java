package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Mlp;
import io.caiman.model.spec.ModelSpec;
import java.util.Optional;

/**
 * Shared-Bottom (Caruana 1997), with domains as tasks: {@code logit_st = tower_st(f(x))} for domain s and task t, which
 * all share the MLP f.
 */
final class SharedBottom extends Network {

    private final Mlp bottom;
    private final DomainTowers towers;

    SharedBottom(ModelSpec spec) {
        this.bottom = new Mlp(
                layout, "bottom", spec.features().size() * spec.embedding().dimension(), spec.layers());
        this.towers = new DomainTowers(layout, spec, bottom.outputWidth());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(towers.shape());
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray hidden = bottom.forward(leaves, input.set(0));
        return Output.of(towers.forward(leaves, input, input.byDomain(hidden, 0)));
    }
}

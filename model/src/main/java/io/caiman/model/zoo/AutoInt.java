package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Linear;
import io.caiman.model.nn.SelfAttention;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.Attention;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * AutoInt (Song et al. 2019): levels of {@link SelfAttention} between the features, then one linear map of what all
 * features have become (Eq. 9). Without the MLP beside it that makes it AutoInt+, and without dropout.
 */
final class AutoInt extends Network {

    private final List<SelfAttention> levels = new ArrayList<>();
    private final Linear last;
    private final int features;
    private final int lastWidth;

    AutoInt(ModelSpec spec) {
        Attention options = (Attention) spec.options();
        this.features = spec.features().size();
        int width = spec.embedding().dimension();
        for (int level = 0; level < options.levels(); level++) {
            levels.add(new SelfAttention(layout, "level." + level, width, options.heads(), options.width()));
            width = options.heads() * options.width();
        }
        this.lastWidth = features * width;
        this.last = new Linear(layout, "last", lastWidth, spec.tasks().size());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(new TowerShape(1, List.of(lastWidth)));
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray embeddings = input.set(0);
        long batch = embeddings.getShape().get(0);
        NDArray hidden = embeddings.reshape(batch, features, -1);
        for (SelfAttention level : levels) {
            hidden = level.forward(leaves, hidden);
        }
        return Output.of(last.forward(leaves, input.gates().gated(0, hidden.reshape(batch, -1))));
    }
}

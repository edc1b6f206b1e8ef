package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.CrossLayer;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Linear;
import io.caiman.model.nn.Mlp;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.NetworkOptions.Cross;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * DCN (Wang et al. 2017) and, with matrices in its cross layers, DCN V2 (Wang et al. 2021) in its parallel form (Sec.
 * 3.3): {@code logit = w [x_L; MLP(x_0)] + b}, where x_0 are the embeddings end to end and x_L what the
 * {@link CrossLayer}s make of them. V2's mixture of low-rank matrices is left out, a saving of time and not another model.
 */
final class DeepAndCross extends Network {

    private final List<CrossLayer> cross = new ArrayList<>();
    private final Mlp deep;
    private final Linear last;
    private final List<Integer> inputWidths;

    DeepAndCross(ModelSpec spec) {
        int width = spec.features().size() * spec.embedding().dimension();
        int out = spec.network() == NetworkKind.DCNV2 ? width : 1;
        for (int layer = 0; layer < ((Cross) spec.options()).depth(); layer++) {
            cross.add(new CrossLayer(layout, "cross." + layer, width, out));
        }
        this.deep = new Mlp(layout, "deep", width, spec.layers());
        this.last = new Linear(
                layout, "last", width + deep.outputWidth(), spec.tasks().size());
        this.inputWidths = new ArrayList<>(deep.inputWidths());
        inputWidths.add(width + deep.outputWidth());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(new TowerShape(1, inputWidths));
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray first = input.set(0);
        NDArray crossed = first;
        for (CrossLayer layer : cross) {
            crossed = layer.forward(leaves, first, crossed);
        }
        NDArray both = joined(new NDList(crossed, deep.forward(leaves, first, input.gates())), 1);
        return Output.of(last.forward(leaves, input.gates().gated(inputWidths.size() - 1, both)));
    }
}

package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Linear;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.CompressedInteraction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * xDeepFM (Lian et al. 2018, Eq. 6-9): weights, an MLP and a compressed interaction network, whose layer k makes H_k
 * feature maps of all products of a map of the layer below and a vector v_j,
 *
 * <pre>
 * X_kh = sum over i, j of W_khij (X_(k-1)i * v_j),   X_0 = v
 * </pre>
 *
 * <p>element by element, with no activation, as the paper found best (Sec. 4.4). The maps of all layers, each summed over
 * its dimensions, are mapped to the logits. With several tasks the last layers have an output for each; they share the
 * weights.
 */
final class XDeepFm extends Network {

    private final List<Integer> weights = new ArrayList<>();
    private final Linear last;
    private final Tower deep;
    private final int features;

    XDeepFm(ModelSpec spec) {
        this.features = spec.features().size();
        int maps = features;
        int all = 0;
        for (int next : ((CompressedInteraction) spec.options()).maps()) {
            int products = Math.multiplyExact(maps, features);
            weights.add(
                    layout.add("interaction." + weights.size(), new Shape(products, next), 1 / Math.sqrt(products)));
            maps = next;
            all += next;
        }
        this.last = new Linear(layout, "last", all, spec.tasks().size());
        this.deep = deepTower(spec, features * spec.embedding().dimension());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(TowerShape.of(deep));
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        Fields fields = Fields.of(input, features);
        // [batch, dimension, features] and [batch, dimension, maps]
        NDArray vectors = fields.vectors().transpose(0, 2, 1);
        long batch = vectors.getShape().get(0);
        long dimension = vectors.getShape().get(1);
        NDArray maps = vectors;
        NDList pooled = new NDList();
        for (int weight : weights) {
            NDArray products = maps.expandDims(3).mul(vectors.expandDims(2)).reshape(batch, dimension, -1);
            maps = products.matMul(leaves.get(weight));
            pooled.add(maps.sum(new int[] {1}));
        }
        return Output.of(last.forward(leaves, joined(pooled, 1))
                .add(deep.forward(leaves, fields.flat(), input.gates()))
                .add(fields.linear()));
    }
}

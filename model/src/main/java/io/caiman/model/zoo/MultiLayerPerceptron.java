package io.caiman.model.zoo;

import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.ModelSpec;
import java.util.Optional;

/** An MLP over the embeddings end to end (Covington et al. 2016, Sec. 4): ReLU after each layer, then a logit for each task. */
final class MultiLayerPerceptron extends Network {

    private final Tower deep;

    MultiLayerPerceptron(ModelSpec spec) {
        this.deep = deepTower(spec, spec.features().size() * spec.embedding().dimension());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(TowerShape.of(deep));
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        return Output.of(deep.forward(leaves, input.set(0), input.gates()));
    }
}

package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import io.caiman.model.nn.DomainVectors;
import io.caiman.model.nn.LayerGates;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.PartitionedNormalization;
import io.caiman.model.nn.StarLinear;
import io.caiman.model.nn.Statistic;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * STAR (Sheng et al. 2021): {@link PartitionedNormalization} of the embeddings, layers whose weights are products of
 * shared ones and the domain's ({@link StarLinear}), and an auxiliary network over the domain's indicator and the
 * embeddings, whose logit is added. The embeddings it reads are those before normalization.
 * With several tasks the last layers have an output for each.
 */
final class Star extends Network {

    private final PartitionedNormalization normalization;
    private final List<StarLinear> layers = new ArrayList<>();
    private final List<Integer> inputWidths = new ArrayList<>();
    private final DomainVectors indicators;
    private final Tower auxiliary;

    Star(ModelSpec spec) {
        NetworkOptions.Star options = (NetworkOptions.Star) spec.options();
        int dimension = spec.embedding().dimension();
        int inputWidth = spec.features().size() * dimension;
        this.normalization = new PartitionedNormalization(layout, spec.domainPlaces(), inputWidth, options.window());
        List<Integer> widths = new ArrayList<>(spec.layers());
        widths.add(spec.tasks().size());
        int in = inputWidth;
        for (int out : widths) {
            layers.add(new StarLinear(layout, "star." + layers.size(), spec.domainPlaces(), in, out));
            inputWidths.add(in);
            in = out;
        }
        this.indicators = new DomainVectors(layout, "indicator", spec.domainPlaces(), dimension);
        this.auxiliary = new Tower(
                layout,
                "auxiliary",
                dimension + inputWidth,
                options.auxiliary(),
                spec.tasks().size());
    }

    @Override
    Optional<TowerShape> towers() {
        return Optional.of(new TowerShape(1, inputWidths));
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDList embeddings = input.byDomain(input.set(0), 0);
        List<LayerGates> gates = input.gatesByDomain();
        NDList logits = new NDList();
        List<Statistic> statistics = new ArrayList<>();
        for (int i = 0; i < embeddings.size(); i++) {
            int domain = input.domains()[i];
            NDArray own = embeddings.get(i);
            NDArray logit = main(leaves, normalization.forward(leaves, own, domain), domain, gates.get(i));
            logits.add(logit.add(auxiliary.forward(leaves, indicators.beside(leaves, own, domain))));
            statistics.addAll(normalization.after(leaves, own, domain));
        }
        return Output.of(joined(logits, 0)).withStatistics(statistics);
    }

    private NDArray main(Leaves leaves, NDArray input, int domain, LayerGates gates) {
        NDArray hidden = input;
        int last = layers.size() - 1;
        for (int layer = 0; layer < last; layer++) {
            hidden = Activation.relu(layers.get(layer).forward(leaves, gates.gated(layer, hidden), domain));
        }
        return layers.get(last).forward(leaves, gates.gated(last, hidden), domain);
    }
}

package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import io.caiman.model.nn.DomainVectors;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.PartitionedNormalization;
import io.caiman.model.nn.StarLinear;
import io.caiman.model.nn.Statistic;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * STAR (Sheng et al. 2021): {@link PartitionedNormalization} of the embeddings, layers whose weights are products of
 * shared ones and the domain's ({@link StarLinear}), and an auxiliary network over the domain's indicator and the
 * embeddings, whose logit is added. The embeddings it reads are those before normalization.
 * With several tasks the last layers have an output for each.
 */
final class Star extends Network {

    private final PartitionedNormalization normalization;
    private final List<StarLinear> layers = new ArrayList<>();
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
    public Output forward(Leaves leaves, Input input) {
        NDList embeddings = input.byDomain(input.set(0), 0);
        NDList logits = new NDList();
        List<Statistic> statistics = new ArrayList<>();
        for (int i = 0; i < embeddings.size(); i++) {
            int domain = input.domains()[i];
            NDArray own = embeddings.get(i);
            NDArray logit = main(leaves, normalization.forward(leaves, own, domain), domain);
            logits.add(logit.add(auxiliary.forward(leaves, indicators.beside(leaves, own, domain))));
            statistics.addAll(normalization.after(leaves, own, domain));
        }
        return Output.of(joined(logits, 0)).withStatistics(statistics);
    }

    private NDArray main(Leaves leaves, NDArray input, int domain) {
        NDArray hidden = input;
        for (StarLinear layer : layers.subList(0, layers.size() - 1)) {
            hidden = Activation.relu(layer.forward(leaves, hidden, domain));
        }
        return layers.get(layers.size() - 1).forward(leaves, hidden, domain);
    }
}

package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.caiman.model.nn.LayerGates;
import io.caiman.model.nn.Leaves;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.PlugInsSpec;
import java.util.List;
import java.util.Optional;

/**
 * A network with PEPNet's {@link EpNet}, {@link PpNet} or both plugged in (Chang et al. 2023, Fig. 3). EPNet scales all that
 * the network reads: with several embedding sets E is all of them end to end, and each element of each set has a gate.
 * PPNet gates the input of every layer of the network's {@link Network#towers()}. Domains that have towers of their own
 * share its gates, as one PPNet serves all domains in the paper. Without EPNet O_ep is E.
 *
 * <p>The gates read prior embeddings, as the gates of {@link Crocodile} do; a feature that is a prior of both has one
 * that both teach.
 */
final class Personalized extends Network {

    private final Network network;
    private final int sets;
    private final int priors;
    private final int networkPriors;
    private final Optional<EpNet> epNet;
    private final Optional<PpNet> ppNet;

    Personalized(ModelSpec spec, Network network) {
        super(network.layout());
        PlugInsSpec plugIns = spec.plugIns();
        List<String> all = spec.priorInputs();
        int width = spec.embeddingSets() * spec.features().size() * spec.embeddingWidth();
        this.network = network;
        this.sets = spec.embeddingSets();
        this.priors = all.size();
        this.networkPriors = spec.readsPrior() ? spec.priorFeatures().size() : 0;
        this.epNet = Optional.of(plugIns.epnet())
                .filter(features -> !features.isEmpty())
                .map(features -> GateInput.of(all, features, spec.embeddingWidth(), width))
                .map(input -> new EpNet(layout, "epnet", input, plugIns.gateWidth(), width));
        this.ppNet = Optional.of(plugIns.ppnet())
                .filter(features -> !features.isEmpty())
                .map(features -> GateInput.of(all, features, spec.embeddingWidth(), width))
                .map(input -> ppNet(input, plugIns.gateWidth(), network.towers().orElseThrow()));
    }

    private PpNet ppNet(GateInput input, int gateWidth, TowerShape towers) {
        PpNet gates = new PpNet(input, gateWidth, towers.towers());
        for (int layer = 0; layer < towers.inputWidths().size(); layer++) {
            gates.add(layout, "ppnet." + layer, towers.inputWidths().get(layer));
        }
        return gates;
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        long batch = input.embeddings().getShape().get(1);
        NDArray embeddings =
                sets == 1 ? input.set(0) : input.embeddings().transpose(1, 0, 2).reshape(batch, -1);
        NDList prior = input.prior().orElseThrow().split(priors, 1);
        NDArray scaled =
                epNet.map(net -> net.forward(leaves, prior, embeddings)).orElse(embeddings);
        NDArray read = epNet.isEmpty()
                ? input.embeddings()
                : scaled.reshape(batch, sets, -1).transpose(1, 0, 2);
        LayerGates gates = ppNet.map(net -> net.forward(leaves, prior, scaled)).orElse(LayerGates.NONE);
        Optional<NDArray> ofNetwork = networkPriors == 0
                ? Optional.empty()
                : Optional.of(joined(new NDList(prior.subList(0, networkPriors)), 1));
        return network.forward(leaves, new Input(read, ofNetwork, input.domains(), input.counts(), gates));
    }
}

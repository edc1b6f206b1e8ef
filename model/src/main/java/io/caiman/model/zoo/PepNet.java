package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import io.caiman.model.nn.LayerGates;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Linear;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.Personalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * PEPNet (Chang et al. 2023). {@link EpNet} scales the embeddings E by a gate of the domain features, {@link PpNet} the
 * input of each layer of the tower by one of the other prior features, such as user, item and author:
 *
 * <pre>
 * O_ep    = U_ep([E(F_d); stop(E)]) * E
 * H_1     = O_ep,   H_(l+1) = ReLU((U_l([O_prior; stop(O_ep)]) * H_l) W_l + b_l),   the last without ReLU
 * </pre>
 *
 * <p>A tower for each task serves all domains. E(F_d) and O_prior are the rows' prior embeddings, which nothing but the
 * gates reads and teaches; the paper leaves open whether they are tables of their own.
 * Nor does it say how wide a gate's hidden layer is, or whether the layers' gates share it: each has its own.
 */
final class PepNet extends Network {

    private final int priors;
    private final EpNet epNet;
    private final PpNet ppNet;
    /** {@code [layers][tasks]}. */
    private final List<List<Linear>> towers = new ArrayList<>();

    private final int tasks;

    PepNet(ModelSpec spec) {
        Personalization options = (Personalization) spec.options();
        int dimension = spec.embedding().dimension();
        int inputWidth = spec.features().size() * dimension;
        List<String> prior = spec.priorFeatures();
        Map<Boolean, List<String>> ofDomain =
                prior.stream().collect(Collectors.partitioningBy(options.domainFeatures()::contains));
        GateInput domain = GateInput.of(prior, ofDomain.getOrDefault(true, List.of()), dimension, inputWidth);
        GateInput personal = GateInput.of(prior, ofDomain.getOrDefault(false, List.of()), dimension, inputWidth);
        this.tasks = spec.tasks().size();
        this.priors = prior.size();
        this.epNet = new EpNet(layout, "embedding-gate", domain, options.gateWidth(), inputWidth);
        this.ppNet = new PpNet(personal, options.gateWidth(), tasks);
        List<Integer> widths = new ArrayList<>(spec.layers());
        widths.add(1);
        int in = inputWidth;
        for (int out : widths) {
            String name = "tower." + towers.size();
            ppNet.add(layout, name + ".gate", in);
            List<Linear> linear = new ArrayList<>();
            for (String task : spec.tasks()) {
                linear.add(new Linear(layout, TaskTowers.name(spec, name, task), in, out));
            }
            towers.add(linear);
            in = out;
        }
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDList prior = input.prior().orElseThrow().split(priors, 1);
        NDArray scaled = epNet.forward(leaves, prior, input.set(0));
        LayerGates gates = ppNet.forward(leaves, prior, scaled);
        NDList logits = new NDList();
        for (int task = 0; task < tasks; task++) {
            LayerGates own = gates.ofTower(task, tasks);
            NDArray hidden = scaled;
            for (int layer = 0; layer < towers.size(); layer++) {
                NDArray linear = towers.get(layer).get(task).forward(leaves, own.gated(layer, hidden));
                hidden = layer == towers.size() - 1 ? linear : Activation.relu(linear);
            }
            logits.add(hidden);
        }
        return Output.of(joined(logits, 1));
    }
}

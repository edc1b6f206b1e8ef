package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import io.caiman.model.nn.GateUnit;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.Linear;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkOptions.Personalization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * PEPNet (Chang et al. 2023). EPNet (Eq. 5-6) scales the embeddings E by a {@link GateUnit} of the domain features, PPNet
 * (Eq. 7-9) the input of each layer of the tower by one of the other prior features, such as user, item and author:
 *
 * <pre>
 * O_ep    = U_ep([E(F_d); stop(E)]) * E
 * H_1     = O_ep,   H_(l+1) = ReLU((U_l([O_prior; stop(O_ep)]) * H_l) W_l + b_l),   the last without ReLU
 * </pre>
 *
 * <p>A tower for each task serves all domains. A layer's gates of all towers come from one unit, whose output is split (Eq.
 * 7-8). E(F_d) and O_prior are the rows' prior
 * embeddings, which nothing but the gates reads and teaches; the paper leaves open whether they are tables of their own.
 * Nor does it say how wide a gate's hidden layer is, or whether the layers' gates share it: each has its own.
 */
final class PepNet extends Network {

    private final boolean[] ofDomain;
    private final GateUnit embeddingGate;
    private final List<PersonalizedLayer> towers = new ArrayList<>();
    private final int tasks;

    /** A layer of all tasks' towers, and the gate of its inputs. */
    private record PersonalizedLayer(GateUnit gate, List<Linear> linear) {}

    PepNet(ModelSpec spec) {
        Personalization options = (Personalization) spec.options();
        int dimension = spec.embedding().dimension();
        int inputWidth = spec.features().size() * dimension;
        List<String> prior = spec.priorFeatures();
        this.tasks = spec.tasks().size();
        this.ofDomain = new boolean[prior.size()];
        for (String feature : options.domainFeatures()) {
            ofDomain[prior.indexOf(feature)] = true;
        }
        int domainWidth = options.domainFeatures().size() * dimension;
        this.embeddingGate =
                new GateUnit(layout, "embedding-gate", domainWidth + inputWidth, options.gateWidth(), inputWidth);
        int gateInput = prior.size() * dimension - domainWidth + inputWidth;
        List<Integer> widths = new ArrayList<>(spec.layers());
        widths.add(1);
        int in = inputWidth;
        for (int out : widths) {
            String name = "tower." + towers.size();
            GateUnit gate = new GateUnit(layout, name + ".gate", gateInput, options.gateWidth(), tasks * in);
            List<Linear> linear = new ArrayList<>();
            for (String task : spec.tasks()) {
                linear.add(new Linear(layout, TaskTowers.name(spec, name, task), in, out));
            }
            towers.add(new PersonalizedLayer(gate, linear));
            in = out;
        }
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray embeddings = input.set(0);
        NDList domain = new NDList();
        NDList personal = new NDList();
        NDList prior = input.prior().orElseThrow().split(ofDomain.length, 1);
        for (int feature = 0; feature < ofDomain.length; feature++) {
            (ofDomain[feature] ? domain : personal).add(prior.get(feature));
        }
        domain.add(embeddings.stopGradient());
        NDArray scaled = embeddingGate.forward(leaves, joined(domain, 1)).mul(embeddings);
        personal.add(scaled.stopGradient());
        NDArray gateInput = joined(personal, 1);
        NDArray[] hidden = new NDArray[tasks];
        Arrays.fill(hidden, scaled);
        for (int layer = 0; layer < towers.size(); layer++) {
            NDArray gates = towers.get(layer).gate().forward(leaves, gateInput);
            NDList gateOf = tasks == 1 ? new NDList(gates) : gates.split(tasks, 1);
            for (int task = 0; task < tasks; task++) {
                NDArray gated = gateOf.get(task).mul(hidden[task]);
                NDArray linear = towers.get(layer).linear().get(task).forward(leaves, gated);
                hidden[task] = layer == towers.size() - 1 ? linear : Activation.relu(linear);
            }
        }
        return Output.of(joined(new NDList(hidden), 1));
    }
}

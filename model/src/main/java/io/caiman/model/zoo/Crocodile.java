package io.caiman.model.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.caiman.model.loss.CovarianceLoss;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.nn.ExpertLayers;
import io.caiman.model.nn.Leaves;
import io.caiman.model.nn.PriorElementwiseGate;
import io.caiman.model.nn.Tower;
import io.caiman.model.spec.LossSpec;
import io.caiman.model.spec.ModelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Crocodile (Lin et al. 2024, arXiv 2405.12706): M embedding sets, each with an expert MLP of its own (Eq. 3-4), a
 * prior-informed element-wise gate and a tower for each domain (Eq. 5, 8-10), and the covariance loss between the
 * experts' outputs (Eq. 6). The covariance is taken over the whole batch, whatever its domains.
 */
public final class Crocodile implements Network {

    private final DenseLayout layout = new DenseLayout();
    private final LossSpec loss;
    private final ExpertLayers experts;
    private final List<PriorElementwiseGate> gates = new ArrayList<>();
    private final List<Tower> towers = new ArrayList<>();

    public Crocodile(ModelSpec spec) {
        int dimension = spec.embedding().dimension();
        int sets = spec.embedding().sets();
        int expertWidth = spec.experts().get(spec.experts().size() - 1);
        this.loss = spec.loss();
        this.experts = new ExpertLayers(layout, sets, spec.features().size() * dimension, spec.experts());
        for (String domain : spec.domains()) {
            gates.add(new PriorElementwiseGate(
                    layout, "gate." + domain, spec.priorFeatures().size() * dimension, sets, expertWidth));
            towers.add(new Tower(layout, "tower." + domain, expertWidth, spec.towers()));
        }
    }

    @Override
    public DenseLayout layout() {
        return layout;
    }

    @Override
    public Output forward(Leaves leaves, Input input) {
        NDArray outputs = experts.forward(leaves, input.embeddings()).transpose(1, 0, 2);
        long[] bounds = bounds(input.counts());
        NDList outputsByDomain = outputs.split(bounds, 0);
        NDList priorByDomain = input.prior().split(bounds, 0);
        NDList logits = new NDList();
        for (int i = 0; i < input.domains().length; i++) {
            int domain = input.domains()[i];
            NDArray mixed = gates.get(domain).forward(leaves, priorByDomain.get(i), outputsByDomain.get(i));
            logits.add(towers.get(domain).forward(leaves, mixed));
        }
        return new Output(NDArrays.concat(logits, 0).reshape(-1), penalty(outputs));
    }

    private Optional<NDArray> penalty(NDArray outputs) {
        return loss.covarianceWeight() == 0
                ? Optional.empty()
                : Optional.of(CovarianceLoss.of(outputs, loss.covarianceNormalization())
                        .mul(loss.covarianceWeight()));
    }

    /** Where one domain's samples end and the next one's start. */
    private static long[] bounds(int[] counts) {
        long[] bounds = new long[counts.length - 1];
        Arrays.setAll(bounds, i -> (i == 0 ? 0 : bounds[i - 1]) + counts[i]);
        return bounds;
    }
}

package io.caiman.model.health;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How a model does after a step.
 *
 * @param step mini-batches it has learned from
 * @param skippedSteps mini-batches it did not learn from because a loss or gradient was not finite
 * @param crossEntropy of the mini-batch just learned from
 * @param covarianceLoss of its experts' outputs (Crocodile, Eq. 6, divided by the batch size), whatever loss the model
 *     learns with
 * @param weightNorm Euclidean norm of the dense weights
 * @param gradientNorm Euclidean norm of the step's gradient, dense weights and rows together, before it is clipped
 * @param abundances Information Abundance of embeddings
 * @param gates of the domains in the mini-batch
 * @param experts what each expert answers
 * @param warnings what looks sick
 */
public record ModelHealth(
        long step,
        long skippedSteps,
        double crossEntropy,
        double covarianceLoss,
        double weightNorm,
        double gradientNorm,
        List<Abundance> abundances,
        List<GateUse> gates,
        List<ExpertUse> experts,
        List<HealthWarning> warnings) {

    public ModelHealth {
        abundances = List.copyOf(abundances);
        gates = List.copyOf(gates);
        experts = List.copyOf(experts);
        warnings = List.copyOf(warnings);
    }

    /**
     * Information Abundance of the embeddings of a domain's ids (Crocodile, Sec. 3.1 and Fig. 2).
     *
     * @param set the embedding set
     * @param domain whose impressions the ids come from
     * @param group how often these ids were seen
     * @param rows how many ids
     * @param value the sum of the singular values over the largest, from 1 to the embeddings' dimension
     * @param spectrum the singular values in descending order, each as a share of the largest
     */
    public record Abundance(int set, String domain, Group group, int rows, double value, List<Float> spectrum) {

        public Abundance {
            spectrum = List.copyOf(spectrum);
        }
    }

    /** Ids of a domain by how often the model has learned from them. */
    public enum Group {
        /** At least as often as the median. */
        FREQUENT,
        /** Less often. */
        RARE
    }

    /**
     * How a domain's gate spreads its weights.
     *
     * @param domain the domain
     * @param entropy mean entropy of its weights over the experts, as a share of the highest possible: 0 where each
     *     sample goes to one expert, 1 where all experts weigh the same; empty for a single expert
     * @param shares [experts], mean weight of each expert over samples and dimensions; they sum to 1
     */
    public record GateUse(String domain, OptionalDouble entropy, List<Float> shares) {

        public GateUse {
            shares = List.copyOf(shares);
        }
    }

    /**
     * What an expert answers.
     *
     * @param expert the expert
     * @param silence share of its outputs that are 0, in [0, 1]
     */
    public record ExpertUse(int expert, double silence) {}
}

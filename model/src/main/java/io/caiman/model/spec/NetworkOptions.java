package io.caiman.model.spec;

import java.util.ArrayList;
import java.util.List;

/** What only some networks can be told: the key {@code options} of a spec. */
public sealed interface NetworkOptions {

    /**
     * Checks them against the rest of a spec.
     *
     * @param priorFeatures the spec's
     * @throws SpecException if they do not fit
     */
    default void check(List<String> priorFeatures) {}

    /** Nothing. */
    record None() implements NetworkOptions {}

    /**
     * Experts that all domains share, and some of each domain's own.
     *
     * @param sharedExperts experts of all domains
     * @param domainExperts experts of each domain
     */
    record ExpertGroups(int sharedExperts, int domainExperts) implements NetworkOptions {

        public ExpertGroups {
            Require.within("options.shared-experts", sharedExperts, 1, 64);
            Require.within("options.domain-experts", domainExperts, 1, 64);
        }
    }

    /**
     * Progressive layered extraction.
     *
     * @param sharedExperts experts of all domains, at each level
     * @param domainExperts experts of each domain, at each level
     * @param levels of extraction; 1: customized gate control alone
     */
    record Extraction(int sharedExperts, int domainExperts, int levels) implements NetworkOptions {

        public Extraction {
            Require.within("options.shared-experts", sharedExperts, 1, 64);
            Require.within("options.domain-experts", domainExperts, 1, 64);
            Require.within("options.levels", levels, 1, 8);
        }
    }

    /**
     * The star topology.
     *
     * @param auxiliary widths of the hidden layers of the auxiliary network
     * @param window samples of a domain after which its statistics have forgotten about two thirds of what was before
     */
    record Star(List<Integer> auxiliary, int window) implements NetworkOptions {

        public Star {
            auxiliary = Require.widths("options.auxiliary", auxiliary);
            // A count that a float can hold.
            Require.within("options.window", window, 1, 1 << 24);
        }
    }

    /**
     * Adaptively sparse structures.
     *
     * @param sharpness of the sigmoid that a neuron's weight comes from
     * @param scale largest weight of a neuron
     * @param threshold weights up to this are 0, the neuron is pruned; 0: none is
     * @param leastSparsity share of pruned neurons below which the loss asks for more, in [0, 1]
     * @param mostSparsity share of pruned neurons above which the loss asks for fewer, in [0, 1]
     * @param sparsityWeight of that loss
     */
    record Pruning(
            float sharpness,
            float scale,
            float threshold,
            float leastSparsity,
            float mostSparsity,
            float sparsityWeight)
            implements NetworkOptions {

        public Pruning {
            Require.positive("options.sharpness", sharpness);
            Require.positive("options.scale", scale);
            Require.that(
                    threshold >= 0 && threshold < scale, "options.threshold", threshold, "at least 0, below the scale");
            Require.within("options.least-sparsity", leastSparsity, 0, 1);
            Require.within("options.most-sparsity", mostSparsity, leastSparsity, 1);
            Require.notNegative("options.sparsity-weight", sparsityWeight);
        }
    }

    /**
     * Gates that personalize embeddings and parameters.
     *
     * @param domainFeatures the prior features that gate the embeddings; the others gate the layers
     * @param gateWidth width of a gate's hidden layer
     */
    record Personalization(List<String> domainFeatures, int gateWidth) implements NetworkOptions {

        public Personalization {
            domainFeatures = Require.distinctNames("options.domain-features", domainFeatures);
            Require.within("options.gate-width", gateWidth, 1, 1 << 16);
        }

        @Override
        public void check(List<String> priorFeatures) {
            List<String> others = new ArrayList<>(priorFeatures);
            others.removeAll(domainFeatures);
            Require.that(
                    !others.isEmpty() && others.size() == priorFeatures.size() - domainFeatures.size(),
                    "options.domain-features",
                    domainFeatures,
                    "some but not all of 'prior-features', which are " + priorFeatures
                            + ": those named here gate the embeddings, the others the layers");
        }
    }

    /**
     * Self-attention between features.
     *
     * @param levels of attention
     * @param heads of each level
     * @param width of a head
     */
    record Attention(int levels, int heads, int width) implements NetworkOptions {

        public Attention {
            Require.within("options.levels", levels, 1, 16);
            Require.within("options.heads", heads, 1, 64);
            Require.within("options.width", width, 1, 4096);
        }
    }

    /**
     * A cross network.
     *
     * @param depth number of cross layers
     */
    record Cross(int depth) implements NetworkOptions {

        public Cross {
            Require.within("options.depth", depth, 1, 16);
        }
    }

    /**
     * A compressed interaction network.
     *
     * @param maps feature maps of each of its layers
     */
    record CompressedInteraction(List<Integer> maps) implements NetworkOptions {

        public CompressedInteraction {
            maps = Require.widths("options.maps", maps);
            Require.that(!maps.isEmpty(), "options.maps", maps, "at least one layer");
        }
    }
}

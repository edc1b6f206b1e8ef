package io.caiman.model.spec;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * PEPNet's gates (Chang et al. 2023) around a network of another kind; they have values in [0, 2], about 1 at first.
 *
 * @param epnet the domain-side features whose prior embeddings gate the embeddings; none: no {@link PlugIn#EPNET}
 * @param ppnet the user-, item- and author-side features whose prior embeddings gate the towers' layers; none: no
 *     {@link PlugIn#PPNET}
 * @param gateWidth width of a gate's hidden layer
 */
public record PlugInsSpec(List<String> epnet, List<String> ppnet, int gateWidth) {

    public PlugInsSpec {
        epnet = Require.noneTwice(PlugIn.EPNET.path(), epnet);
        ppnet = Require.noneTwice(PlugIn.PPNET.path(), ppnet);
        Require.within("plug-ins.gate-width", gateWidth, 1, 1 << 16);
    }

    /** The features that a plug-in reads, none if it is not plugged in. */
    public List<String> features(PlugIn plugIn) {
        return switch (plugIn) {
            case EPNET -> epnet;
            case PPNET -> ppnet;
        };
    }

    /** Whether there is any. */
    public boolean any() {
        return !epnet.isEmpty() || !ppnet.isEmpty();
    }

    void check(NetworkKind network, List<String> features) {
        for (PlugIn plugIn : PlugIn.values()) {
            List<String> given = features(plugIn);
            Set<PlugIn> taken = network.plugIns();
            String why = network == NetworkKind.PEPNET ? "which has these gates itself" : "which has no layers to gate";
            Require.that(
                    given.isEmpty() || taken.contains(plugIn),
                    plugIn.path(),
                    given,
                    "none with network '%s', %s and takes of the plug-ins [%s]: remove it, or choose another network"
                            .formatted(
                                    network.key(),
                                    why,
                                    taken.stream().map(PlugIn::key).collect(Collectors.joining(", "))));
            Require.partOf("features", features, plugIn.path(), given);
        }
    }
}

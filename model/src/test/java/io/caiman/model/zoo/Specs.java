package io.caiman.model.zoo;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKey;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.PlugIn;
import io.caiman.model.spec.SpecReader;
import java.util.List;

/** Small specs of every network. */
final class Specs {

    private Specs() {}

    static ModelSpec small(NetworkKind network) {
        return small(network, "");
    }

    /** The same model with these tasks. */
    static ModelSpec withTasks(ModelSpec spec, String... tasks) {
        String yaml = SpecReader.write(spec);
        String one = "task: \"click\"\n";
        if (!yaml.contains(one)) {
            throw new IllegalArgumentException("expected " + one + " in " + yaml);
        }
        return SpecReader.parse("several tasks", yaml.replace(one, "tasks: " + List.of(tasks) + "\n"));
    }

    /** A model with all plug-ins that its network takes. */
    static ModelSpec plugged(NetworkKind network, String more) {
        String epNet = "epnet: [domain]";
        return plugged(
                network, network.plugIns().contains(PlugIn.PPNET) ? epNet + ", ppnet: [user, item]" : epNet, more);
    }

    /** A model with plug-ins, of which this says the features. */
    static ModelSpec plugged(NetworkKind network, String features, String more) {
        return small(network, "plug-ins: {%s, gate-width: 3}%n".formatted(features) + more);
    }

    /** A spec that says those small sizes that the network reads. */
    static ModelSpec small(NetworkKind network, String more) {
        StringBuilder yaml = new StringBuilder("""
                name: small
                task: click
                domains: [a, b, c]
                features: [user, item, domain]
                row-optimizer: {learning-rate: 0.1}
                dense-optimizer: {learning-rate: 0.01}
                network: %s
                """.formatted(network.key()));
        if (network.reads(NetworkKey.EMBEDDING_DIMENSION)) {
            yaml.append("embedding: {dimension: 4, initial-scale: 0.3}\n");
        }
        if (network.reads(NetworkKey.EXPERT_COUNT)) {
            yaml.append("experts: {count: 3, layers: [6, 5]}\n");
        } else if (network.reads(NetworkKey.EXPERT_LAYERS)) {
            yaml.append("experts: {layers: [6, 5]}\n");
        }
        if (network.reads(NetworkKey.LAYERS)) {
            yaml.append("layers: [6, 5]\n");
        }
        if (network.reads(NetworkKey.TOWERS)) {
            yaml.append("towers: [4]\n");
        }
        if (network.reads(NetworkKey.DISENTANGLING)) {
            yaml.append("loss: {disentangling: none}\n");
        }
        return SpecReader.parse("small", yaml + more);
    }
}

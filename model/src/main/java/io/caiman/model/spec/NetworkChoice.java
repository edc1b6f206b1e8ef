package io.caiman.model.spec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which network a spec asks for, and which keys that leaves of use. */
final class NetworkChoice {

    private NetworkChoice() {}

    /**
     * The network that a spec asks for.
     *
     * @param source what error messages call the spec
     * @throws SpecException if there is none of this name, or the spec says a key that the network does not read
     */
    static NetworkKind of(String source, ObjectNode keys) {
        String name = keys.path("network").asText(NetworkKind.CROCODILE.key());
        NetworkKind network = Arrays.stream(NetworkKind.values())
                .filter(kind -> kind.key().equals(name))
                .findFirst()
                .orElseThrow(() -> new SpecException("%s: 'network' is %s; expected one of %s"
                        .formatted(
                                source,
                                name,
                                words(Arrays.stream(NetworkKind.values()).map(NetworkKind::key)))));
        for (NetworkKey key : NetworkKey.values()) {
            JsonNode value = keys.at(key.pointer());
            if (!value.isMissingNode() && !network.reads(key)) {
                throw new SpecException(
                        "%s: '%s' is %s, but network '%s' does not read it; expected of such keys [%s] only: remove it, or choose one of the networks that do: %s"
                                .formatted(
                                        source,
                                        key.path(),
                                        value,
                                        name,
                                        words(network.keys().stream().map(NetworkKey::path)),
                                        words(Arrays.stream(NetworkKind.values())
                                                .filter(kind -> kind.reads(key))
                                                .map(NetworkKind::key))));
            }
        }
        return network;
    }

    private static String words(Stream<String> names) {
        return names.collect(Collectors.joining(", "));
    }

    /** Takes out of a whole spec what its network does not read. */
    static void keepRead(ObjectNode keys, NetworkKind network) {
        for (NetworkKey key : NetworkKey.values()) {
            if (!network.reads(key) && keys.at(key.pointer().head()) instanceof ObjectNode parent) {
                parent.remove(key.pointer().last().getMatchingProperty());
            }
        }
    }

    /** Reads the options of the network, which is an attribute of the reading. */
    static final class OptionsReader extends StdDeserializer<NetworkOptions> {

        private static final long serialVersionUID = 1;

        OptionsReader() {
            super(NetworkOptions.class);
        }

        @Override
        public NetworkOptions deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            NetworkKind network = (NetworkKind) context.getAttribute(NetworkKind.class);
            return context.readValue(parser, network.options());
        }
    }
}

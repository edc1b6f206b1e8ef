package io.caiman.model.spec;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Reads model specs from YAML, over the defaults of {@code defaults.yaml}. */
public final class SpecReader {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .addModule(new SimpleModule().addDeserializer(NetworkOptions.class, new OptionsReader()))
            .build();

    private SpecReader() {}

    /**
     * The spec in a file.
     *
     * @throws SpecException if the file is missing or is no spec, saying which key is wrong and what was expected
     */
    public static ModelSpec read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new SpecException("no model spec at " + file + "; name a YAML file such as those under conf/");
        }
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new SpecException("cannot read the model spec " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * The spec in a YAML text.
     *
     * @param source what error messages call the text
     * @throws SpecException if it is no spec
     */
    public static ModelSpec parse(String source, String yaml) {
        try {
            JsonNode given = YAML.readTree(yaml);
            if (!(given instanceof ObjectNode keys)) {
                throw new SpecException(source + ": expected keys and values, such as 'name: crocodile'");
            }
            NetworkKind network = network(source, keys);
            ObjectNode whole = defaults(network);
            overlay(whole, keys);
            return YAML.reader().withAttribute(NetworkKind.class, network).treeToValue(whole, ModelSpec.class);
        } catch (UnrecognizedPropertyException e) {
            throw new SpecException(
                    "%s: unknown key '%s'; %s".formatted(source, path(e), nearest(e.getPropertyName(), e)), e);
        } catch (InvalidFormatException e) {
            throw new SpecException(
                    "%s: '%s' is %s; expected %s".formatted(source, path(e), e.getValue(), expected(e.getTargetType())),
                    e);
        } catch (MismatchedInputException e) {
            throw new SpecException(
                    "%s: '%s': %s"
                            .formatted(
                                    source,
                                    path(e),
                                    e.getOriginalMessage().lines().findFirst().orElse("")),
                    e);
        } catch (JsonMappingException e) {
            Throwable reason = Objects.requireNonNullElse(e.getCause(), e);
            throw new SpecException(source + ": " + reason.getMessage(), e);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
            throw new SpecException("%s:%s is no YAML: %s".formatted(source, where, e.getOriginalMessage()), e);
        }
    }

    /** The spec as YAML with every key stated: {@code parse(source, write(spec))} equals the spec. */
    public static String write(ModelSpec spec) {
        try {
            ObjectNode keys = YAML.valueToTree(spec);
            for (NetworkKey key : NetworkKey.values()) {
                JsonNode parent = keys.at(key.pointer().head());
                if (!spec.network().reads(key) && parent instanceof ObjectNode object) {
                    object.remove(key.pointer().last().getMatchingProperty());
                }
            }
            return YAML.writeValueAsString(keys);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a spec could not be written as YAML", e);
        }
    }

    /** The network a spec asks for, which reads every key that the spec says. */
    private static NetworkKind network(String source, ObjectNode keys) {
        String name = keys.path("network").asText(NetworkKind.CROCODILE.key());
        NetworkKind network = Arrays.stream(NetworkKind.values())
                .filter(kind -> kind.key().equals(name))
                .findFirst()
                .orElseThrow(() -> new SpecException(
                        "%s: 'network' is %s; expected %s".formatted(source, name, expected(NetworkKind.class))));
        for (NetworkKey key : NetworkKey.values()) {
            JsonNode value = keys.at(key.pointer());
            if (!value.isMissingNode() && !network.reads(key)) {
                throw new SpecException(
                        "%s: '%s' is %s, but network '%s' has no use for it; expected of such keys none but %s: remove it, or choose a network that reads it, such as %s"
                                .formatted(source, key.path(), value, name, paths(network), readerOf(key)));
            }
        }
        return network;
    }

    private static String paths(NetworkKind network) {
        return network.keys().stream().map(NetworkKey::path).collect(Collectors.joining(", "));
    }

    private static String readerOf(NetworkKey key) {
        return Arrays.stream(NetworkKind.values())
                .filter(kind -> kind.reads(key))
                .findFirst()
                .map(NetworkKind::key)
                .orElse("none");
    }

    private static ObjectNode defaults(NetworkKind network) {
        try (InputStream resource =
                Objects.requireNonNull(SpecReader.class.getResourceAsStream("defaults.yaml"), "defaults.yaml")) {
            ObjectNode defaults = (ObjectNode) YAML.readTree(resource);
            JsonNode options = defaults.path("options").path(network.key());
            defaults.set("options", options.isMissingNode() ? YAML.createObjectNode() : options);
            return defaults;
        } catch (IOException e) {
            throw new UncheckedIOException("defaults.yaml in the jar cannot be read", e);
        }
    }

    /** Reads the options of the network that the spec asks for. */
    private static final class OptionsReader extends StdDeserializer<NetworkOptions> {

        private static final long serialVersionUID = 1;

        OptionsReader() {
            super(NetworkOptions.class);
        }

        @Override
        public NetworkOptions deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return context.readValue(parser, ((NetworkKind) context.getAttribute(NetworkKind.class)).options());
        }
    }

    private static void overlay(ObjectNode under, ObjectNode over) {
        over.properties().forEach(entry -> {
            JsonNode below = under.get(entry.getKey());
            if (below instanceof ObjectNode belowObject && entry.getValue() instanceof ObjectNode overObject) {
                overlay(belowObject, overObject);
            } else {
                under.set(entry.getKey(), entry.getValue());
            }
        });
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
    }

    private static String nearest(String key, UnrecognizedPropertyException e) {
        List<String> known = Objects.requireNonNullElse(e.getKnownPropertyIds(), List.of()).stream()
                .map(String::valueOf)
                .sorted()
                .toList();
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        String meant = known.stream()
                .min(Comparator.comparing(candidate -> distance.apply(key, candidate)))
                .orElse("");
        return "did you mean '%s'? Known here: %s".formatted(meant, String.join(", ", known));
    }

    private static String expected(Class<?> type) {
        if (!type.isEnum()) {
            return "a value of type " + type.getSimpleName();
        }
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> YAML.convertValue(constant, String.class))
                .collect(Collectors.joining(", ", "one of ", ""));
    }
}

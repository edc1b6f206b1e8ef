package io.caiman.model.spec;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
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
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .addModule(new SimpleModule().addDeserializer(NetworkOptions.class, new NetworkChoice.OptionsReader()))
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
            listTasks(source, keys);
            NetworkKind network = NetworkChoice.of(source, keys);
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
            NetworkChoice.keepRead(keys, spec.network());
            if (spec.tasks().size() == 1) {
                keys.remove("tasks");
                keys.put("task", spec.tasks().get(0));
            }
            return YAML.writeValueAsString(keys);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a spec could not be written as YAML", e);
        }
    }

    /** Lets {@code task: NAME}, the short form, be {@code tasks: [NAME]}. */
    private static void listTasks(String source, ObjectNode keys) {
        JsonNode task = keys.remove("task");
        JsonNode tasks = keys.get("tasks");
        if (task != null && tasks != null) {
            throw new SpecException(
                    "%s: 'task' is %s and 'tasks' is %s; expected one of the two keys: name all tasks in 'tasks' and remove 'task'"
                            .formatted(source, task, tasks));
        }
        if (task == null && tasks == null) {
            throw new SpecException(
                    "%s: neither 'task' nor 'tasks' is there; expected what the model predicts: add 'task: click', or 'tasks: [click, like]' for several"
                            .formatted(source));
        }
        if (task != null) {
            if (!task.isTextual()) {
                throw new SpecException(
                        "%s: 'task' is %s; expected a name: write 'task: click', or 'tasks: [click, like]' for several"
                                .formatted(source, task));
            }
            keys.putArray("tasks").add(task);
        }
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

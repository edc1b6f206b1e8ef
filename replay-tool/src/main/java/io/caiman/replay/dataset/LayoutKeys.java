package io.caiman.replay.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The keys of one mapping in a YAML file. What is wrong is named by file, key and value, and with what was expected. */
final class LayoutKeys {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path file;
    /** Keys on the way here, each with a dot behind it. */
    private final String path;

    private final ObjectNode node;

    private LayoutKeys(Path file, String path, ObjectNode node) {
        this.file = file;
        this.path = path;
        this.node = node;
    }

    /**
     * The keys of a file.
     *
     * @throws DatasetException if it is missing or no YAML mapping
     */
    static LayoutKeys read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(
                    "--layout: expected a YAML file that describes the log, found %s at %s. conf/own-log.yaml is one to start from."
                            .formatted(Files.exists(file) ? "a folder" : "nothing", file));
        }
        try {
            if (YAML.readTree(Files.readString(file)) instanceof ObjectNode keys) {
                return new LayoutKeys(file, "", keys);
            }
            throw new DatasetException(
                    "%s: expected keys and values, such as 'user: user_id'. conf/own-log.yaml is one to start from."
                            .formatted(file));
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " line %d, column %d,"
                            .formatted(
                                    e.getLocation().getLineNr(), e.getLocation().getColumnNr());
            throw new DatasetException("%s:%s is no YAML: %s".formatted(file, where, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    /** This, if it has no other keys than these. */
    LayoutKeys only(String... known) {
        for (String key : names()) {
            if (!List.of(known).contains(key)) {
                throw new DatasetException(
                        "%s: unknown key '%s%s'. Known here: %s.".formatted(file, path, key, String.join(", ", known)));
            }
        }
        return this;
    }

    List<String> names() {
        return node.properties().stream().map(entry -> entry.getKey()).toList();
    }

    boolean has(String key) {
        return node.has(key);
    }

    boolean isText(String key) {
        return required(key, "a text").isTextual();
    }

    /** A text that is not blank. */
    String text(String key, String expected) {
        return text(required(key, expected), key, expected);
    }

    private String text(JsonNode value, String key, String expected) {
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw wrong(key, expected, value);
        }
        return value.textValue();
    }

    List<String> texts(String key, String expected) {
        if (!(required(key, expected) instanceof ArrayNode values)) {
            throw wrong(key, expected, node.get(key));
        }
        List<String> texts = new ArrayList<>();
        values.forEach(value -> texts.add(text(value, key, expected)));
        return texts;
    }

    /** A number, if the key is there. */
    OptionalDouble number(String key) {
        if (!has(key)) {
            return OptionalDouble.empty();
        }
        JsonNode value = required(key, "a number");
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrong(key, "a number", value);
        }
        return OptionalDouble.of(value.doubleValue());
    }

    LayoutKeys keys(String key, String expected) {
        if (required(key, expected) instanceof ObjectNode keys) {
            return new LayoutKeys(file, path + key + ".", keys);
        }
        throw wrong(key, expected, node.get(key));
    }

    private JsonNode required(String key, String expected) {
        JsonNode value = node.get(key);
        if (value == null) {
            throw new DatasetException(
                    "%s: key '%s%s' is missing: expected %s. conf/own-log.yaml is a file to start from."
                            .formatted(file, path, key, expected));
        }
        return value;
    }

    DatasetException wrong(String key, String expected) {
        return wrong(key, expected, required(key, expected));
    }

    private DatasetException wrong(String key, String expected, JsonNode value) {
        String got = switch (value.getNodeType()) {
            case STRING -> "'" + value.textValue() + "'";
            case NUMBER, BOOLEAN ->
                "%s, which YAML takes for a %s: where a name is meant, put it in quotes"
                        .formatted(value.asText(), value.isNumber() ? "number" : "truth value");
            case ARRAY -> "a list";
            case OBJECT -> "keys and values";
            default -> "nothing";
        };
        return new DatasetException("%s: key '%s%s': expected %s, got %s.".formatted(file, path, key, expected, got));
    }
}

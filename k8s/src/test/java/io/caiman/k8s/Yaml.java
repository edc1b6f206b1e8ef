package io.caiman.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads YAML with its anchors, and refuses a key that is there twice. */
final class Yaml {

    static final ObjectMapper MAPPER = new JsonMapper();

    private Yaml() {}

    static JsonNode read(String text) {
        List<JsonNode> all = all(text);
        if (all.size() != 1) {
            throw new IllegalArgumentException("expected one document, got " + all.size());
        }
        return all.get(0);
    }

    static JsonNode one(Path file) {
        return read(text(file));
    }

    static List<Manifest> manifests(Path file) {
        return manifests(text(file));
    }

    static List<Manifest> manifests(String text) {
        return all(text).stream().map(json -> new Manifest((ObjectNode) json)).toList();
    }

    private static List<JsonNode> all(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setCodePointLimit(Integer.MAX_VALUE);
        List<JsonNode> documents = new ArrayList<>();
        for (Object document : new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).loadAll(text)) {
            JsonNode tree = MAPPER.valueToTree(document);
            documents.add(tree);
        }
        return documents;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

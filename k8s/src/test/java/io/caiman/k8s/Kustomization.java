package io.caiman.k8s;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What {@code kustomize build} makes of a folder, for as much of kustomize as our folders use; any other field is refused. Names
 * of generated ConfigMaps are those without the hash. Where kubectl is there, {@link KustomizationTest} holds this to it.
 */
final class Kustomization {

    private static final Set<String> FIELDS = Set.of(
            "apiVersion",
            "kind",
            "namespace",
            "resources",
            "configMapGenerator",
            "configurations",
            "images",
            "patches");
    private static final Set<String> GENERATOR_FIELDS = Set.of("name", "files", "options");
    private static final Set<String> CUSTOM_RESOURCES =
            Set.of("FlinkDeployment", "Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser");

    private final Path folder;
    private final List<Manifest> manifests = new ArrayList<>();

    private Kustomization(Path folder) {
        this.folder = folder;
    }

    /** The objects of a folder. */
    static List<Manifest> build(Path folder) {
        Kustomization built = new Kustomization(folder);
        built.apply(Yaml.one(folder.resolve("kustomization.yaml")));
        return built.manifests;
    }

    private void apply(JsonNode kustomization) {
        allowOnly(kustomization, FIELDS);
        for (String resource : Manifest.texts(kustomization.path("resources"))) {
            Path path = folder.resolve(resource).normalize();
            manifests.addAll(Files.isDirectory(path) ? build(path) : Yaml.manifests(path));
        }
        kustomization.path("configMapGenerator").forEach(this::generate);
        // Settles how names with a hash are found, of which there are none here.
        Manifest.texts(kustomization.path("configurations")).forEach(file -> Yaml.one(folder.resolve(file)));
        kustomization.path("patches").forEach(this::patch);
        String namespace = kustomization.path("namespace").asText();
        if (!namespace.isEmpty()) {
            manifests.stream()
                    .filter(manifest -> !manifest.kind().equals("Namespace"))
                    .forEach(manifest -> ((ObjectNode) manifest.at("/metadata")).put("namespace", namespace));
        }
        kustomization.path("images").forEach(this::rename);
    }

    private void allowOnly(JsonNode node, Set<String> fields) {
        node.fieldNames().forEachRemaining(field -> {
            if (!fields.contains(field)) {
                throw new IllegalArgumentException(
                        "%s uses '%s': expected one of %s; teach the tests what it means first"
                                .formatted(folder, field, fields));
            }
        });
    }

    private void generate(JsonNode generator) {
        allowOnly(generator, GENERATOR_FIELDS);
        ObjectNode map = Yaml.MAPPER.createObjectNode();
        map.put("apiVersion", "v1").put("kind", "ConfigMap");
        ObjectNode metadata = map.putObject("metadata");
        metadata.put("name", generator.path("name").asText());
        JsonNode labels = generator.path("options").path("labels");
        if (!labels.isMissingNode()) {
            metadata.set("labels", labels);
        }
        ObjectNode data = map.putObject("data");
        for (String file : Manifest.texts(generator.path("files"))) {
            try {
                data.put(file, Files.readString(folder.resolve(file)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        manifests.add(new Manifest(map));
    }

    private void rename(JsonNode image) {
        allowOnly(image, Set.of("name", "newName", "newTag"));
        String name = image.path("name").asText();
        String renamed =
                image.path("newName").asText() + ":" + image.path("newTag").asText();
        // As kustomize: containers of any pod, but not a FlinkDeployment's image, which is a field of its own.
        for (Manifest manifest : manifests) {
            for (JsonNode pod : manifest.pods()) {
                for (JsonNode container : pod.at("/spec/containers")) {
                    if (container.path("image").asText().startsWith(name + ":")) {
                        ((ObjectNode) container).put("image", renamed);
                    }
                }
            }
        }
    }

    private void patch(JsonNode patch) {
        allowOnly(patch, Set.of("path", "patch", "target"));
        JsonNode content = patch.has("path")
                ? Yaml.one(folder.resolve(patch.path("path").asText()))
                : Yaml.read(patch.path("patch").asText());
        JsonNode target = patch.path("target");
        allowOnly(target, Set.of("kind", "name"));
        List<Manifest> targets = manifests.stream()
                .filter(manifest -> content.isArray()
                        ? manifest.kind().equals(target.path("kind").asText())
                                && manifest.name().matches(target.path("name").asText(".*"))
                        : manifest.id().equals(new Manifest((ObjectNode) content).id()))
                .toList();
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("%s: nothing to patch with %s".formatted(folder, patch));
        }
        for (Manifest manifest : targets) {
            if (content.isArray()) {
                content.forEach(operation -> operate(manifest.json(), operation));
            } else if (CUSTOM_RESOURCES.contains(manifest.kind())) {
                merge(manifest.json(), (ObjectNode) content);
            } else {
                // Kubernetes' own kinds merge lists by keys that kustomize knows.
                throw new IllegalArgumentException("%s: patch %s by operations".formatted(folder, manifest.id()));
            }
        }
    }

    private void operate(ObjectNode object, JsonNode operation) {
        allowOnly(operation, Set.of("op", "path", "value"));
        JsonPointer pointer = JsonPointer.compile(operation.path("path").asText());
        JsonNode parent = object.at(pointer.head());
        String last = pointer.last().getMatchingProperty();
        boolean there = !object.at(pointer).isMissingNode();
        switch (operation.path("op").asText()) {
            case "replace" -> require(there, operation);
            case "add" -> require(parent.isContainerNode(), operation);
            default -> throw new IllegalArgumentException("%s: unknown operation %s".formatted(folder, operation));
        }
        if (parent instanceof ArrayNode array) {
            require(last.equals("-"), operation);
            array.add(operation.path("value").deepCopy());
        } else {
            ((ObjectNode) parent).set(last, operation.path("value").deepCopy());
        }
    }

    private void require(boolean met, JsonNode operation) {
        if (!met) {
            throw new IllegalArgumentException("%s: there is no place for %s".formatted(folder, operation));
        }
    }

    private void merge(ObjectNode into, ObjectNode patch) {
        patch.properties().forEach(entry -> {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            if (name.startsWith("$") || value.isNull()) {
                throw new IllegalArgumentException("%s: patch with %s by an operation".formatted(folder, name));
            }
            if (into.get(name) instanceof ObjectNode before && value instanceof ObjectNode changes) {
                merge(before, changes);
            } else {
                into.set(name, value.deepCopy());
            }
        });
    }
}

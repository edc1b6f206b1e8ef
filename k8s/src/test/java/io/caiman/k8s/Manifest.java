package io.caiman.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;

/**
 * One object for the cluster.
 *
 * @param json all of it
 */
record Manifest(ObjectNode json) {

    String kind() {
        return json.path("kind").asText();
    }

    String apiVersion() {
        return json.path("apiVersion").asText();
    }

    String name() {
        return json.path("metadata").path("name").asText();
    }

    /** Names it in messages and tells it from all others. */
    String id() {
        return kind() + " " + name();
    }

    JsonNode at(String pointer) {
        return json.at(pointer);
    }

    Manifest copy() {
        return new Manifest(json.deepCopy());
    }

    /** The pods that it brings about, as specs; a FlinkDeployment's are those of JobManager and TaskManager together. */
    List<JsonNode> pods() {
        return switch (kind()) {
            case "Deployment", "Job" -> List.of(at("/spec/template"));
            case "FlinkDeployment" -> List.of(at("/spec/podTemplate"));
            default -> List.of();
        };
    }

    /** The arguments of the program that it runs. */
    List<String> arguments() {
        return texts(
                kind().equals("FlinkDeployment")
                        ? at("/spec/job/args")
                        : container().path("args"));
    }

    JsonNode container() {
        return pods().get(0).at("/spec/containers/0");
    }

    static List<String> texts(JsonNode array) {
        return elements(array).stream().map(JsonNode::asText).toList();
    }

    static List<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    /** Visits a node and all below it. */
    static void walk(JsonNode node, Consumer<JsonNode> visitor) {
        visitor.accept(node);
        node.forEach(child -> walk(child, visitor));
    }
}

package io.caiman.k8s;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says what is wrong with an object: for Kubernetes' kinds and the Prometheus operator's by fabric8's types, for those of
 * Flink's and Strimzi's operators by the schemas in their CustomResourceDefinitions. An unknown field is wrong in both.
 */
final class Schemas {

    private static final Map<String, Class<? extends KubernetesResource>> TYPES = Map.ofEntries(
            Map.entry("v1 Namespace", io.fabric8.kubernetes.api.model.Namespace.class),
            Map.entry("v1 ServiceAccount", io.fabric8.kubernetes.api.model.ServiceAccount.class),
            Map.entry("v1 Service", io.fabric8.kubernetes.api.model.Service.class),
            Map.entry("v1 ConfigMap", io.fabric8.kubernetes.api.model.ConfigMap.class),
            Map.entry("v1 PersistentVolumeClaim", io.fabric8.kubernetes.api.model.PersistentVolumeClaim.class),
            Map.entry("apps/v1 Deployment", Deployment.class),
            Map.entry("batch/v1 Job", Job.class),
            Map.entry("networking.k8s.io/v1 Ingress", Ingress.class),
            Map.entry("networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class),
            Map.entry("policy/v1 PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("rbac.authorization.k8s.io/v1 Role", Role.class),
            Map.entry("rbac.authorization.k8s.io/v1 RoleBinding", RoleBinding.class),
            Map.entry("monitoring.coreos.com/v1 PodMonitor", PodMonitor.class),
            Map.entry("monitoring.coreos.com/v1 PrometheusRule", PrometheusRule.class));

    /** fabric8's types keep what they do not know; without that, Jackson refuses it. */
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .build();

    private static final String FLINK_CRD = "META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml";
    private static final String STRIMZI = "io.strimzi.api.kafka.model.";
    private static final List<String> STRIMZI_KINDS =
            List.of("kafka.Kafka", "nodepool.KafkaNodePool", "topic.KafkaTopic", "user.KafkaUser");

    private final Map<String, JsonSchema> byKind = new HashMap<>();

    /** Reads the definitions out of the operators' jars that the build put into a folder. */
    static Schemas read(Path jars, Path scratch) throws IOException, InterruptedException {
        Schemas schemas = new Schemas();
        try (FileSystem flink = FileSystems.newFileSystem(jars.resolve("flink-kubernetes-operator-api.jar"))) {
            schemas.add(Yaml.one(flink.getPath(FLINK_CRD)));
        }
        generateStrimzi(jars, scratch);
        for (int i = 0; i < STRIMZI_KINDS.size(); i++) {
            schemas.add(Yaml.read(Files.readString(scratch.resolve(i + ".yaml"))));
        }
        return schemas;
    }

    /** Strimzi ships its definitions as annotated classes and a program that writes them out, and exits. */
    private static void generateStrimzi(Path jars, Path folder) throws IOException, InterruptedException {
        // Ours first: the generator brings old copies of libraries in its jar.
        String classPath = Stream.of(
                        System.getProperty("java.class.path"),
                        jars.resolve("api.jar").toString(),
                        jars.resolve("crd-generator.jar").toString())
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                "io.strimzi.crdgenerator.CrdGenerator",
                "--yaml"));
        for (int i = 0; i < STRIMZI_KINDS.size(); i++) {
            command.add(STRIMZI + STRIMZI_KINDS.get(i) + "=" + folder.resolve(i + ".yaml"));
        }
        Process generator = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("generator.log").toFile())
                .start();
        if (generator.waitFor() != 0) {
            throw new IllegalStateException(Files.readString(folder.resolve("generator.log")));
        }
    }

    private void add(JsonNode definition) {
        String group = definition.at("/spec/group").asText();
        String kind = definition.at("/spec/names/kind").asText();
        for (JsonNode version : definition.at("/spec/versions")) {
            ObjectNode schema = version.at("/schema/openAPIV3Schema").deepCopy();
            ObjectNode properties = (ObjectNode) schema.get("properties");
            properties.putObject("apiVersion").put("type", "string");
            properties.putObject("kind").put("type", "string");
            properties.set("metadata", anything());
            if (kind.equals("FlinkDeployment")) {
                // The newest operator on Maven Central ends at 1.20; later ones differ in knowing more versions.
                ((ArrayNode) schema.at("/properties/spec/properties/flinkVersion/enum"))
                        .add("v2_0")
                        .add("v2_1")
                        .add("v2_2");
            }
            close(schema);
            byKind.put(
                    "%s/%s %s".formatted(group, version.path("name").asText(), kind),
                    JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema));
        }
    }

    private static ObjectNode anything() {
        return Yaml.MAPPER.createObjectNode().put("x-kubernetes-preserve-unknown-fields", true);
    }

    /** Unknown fields are refused where Kubernetes would drop them; its own words become JSON schema's. */
    private static void close(JsonNode schema) {
        if (!(schema instanceof ObjectNode node)) {
            schema.forEach(Schemas::close);
            return;
        }
        boolean open = node.path("x-kubernetes-preserve-unknown-fields").asBoolean();
        if (node.path("properties").isObject()
                && !open
                && node.path("additionalProperties").isMissingNode()) {
            node.put("additionalProperties", false);
        }
        if (node.path("x-kubernetes-int-or-string").asBoolean()) {
            node.remove(List.of("type", "anyOf"));
            node.putArray("type").add("integer").add("string");
        }
        node.properties().removeIf(word -> word.getKey().startsWith("x-kubernetes-"));
        node.properties().forEach(entry -> {
            // Below "properties" the keys are names, not words of the schema.
            if (entry.getKey().equals("properties")) {
                entry.getValue().forEach(Schemas::close);
            } else if (entry.getValue().isContainerNode() && !entry.getKey().equals("enum")) {
                close(entry.getValue());
            }
        });
    }

    /** What is wrong with an object, in words; nothing if it is as it should be. */
    List<String> problems(Manifest manifest) {
        String kind = manifest.apiVersion() + " " + manifest.kind();
        try {
            STRICT.treeToValue(manifest.at("/metadata"), ObjectMeta.class);
            Class<? extends KubernetesResource> type = TYPES.get(kind);
            if (type != null) {
                STRICT.treeToValue(manifest.json(), type);
                return List.of();
            }
        } catch (JsonProcessingException e) {
            return List.of(e.getOriginalMessage());
        }
        JsonSchema schema = byKind.get(kind);
        return schema == null
                ? List.of("no schema for " + kind)
                : schema.validate(manifest.json()).stream()
                        .map(Object::toString)
                        .toList();
    }
}

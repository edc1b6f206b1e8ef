package io.caiman.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SchemasTest {

    private static Schemas schemas;

    @BeforeAll
    static void read(@TempDir Path scratch) throws IOException, InterruptedException {
        schemas = Schemas.read(Path.of(System.getProperty("caiman.crds")), scratch);
    }

    @ParameterizedTest
    @EnumSource
    void every_object_is_what_its_schema_asks_for(Overlay overlay) {
        for (Manifest manifest : overlay.manifests()) {
            assertThat(schemas.problems(manifest)).as(manifest.id()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FlinkDeployment, caiman-training, /spec/podTemplate/spec, serviceAcount",
        "FlinkDeployment, caiman-training, /spec/job, upgradeModus",
        "Kafka, caiman, /spec/kafka, zookeeper",
        "KafkaNodePool, nodes, /spec, role",
        "KafkaTopic, predictions, /spec, partition",
        "KafkaUser, caiman-training, /spec/authorization/acls/0/resource, pattern",
        "Deployment, caiman-dashboard, /spec/template/spec/containers/0/securityContext, readOnlyRootFileSystem",
        "NetworkPolicy, training, /spec, podSelectors",
        "PodDisruptionBudget, caiman-dashboard, /spec, maxUnavailible",
        "PrometheusRule, caiman, /spec/groups/0/rules/0, expression",
        "PodMonitor, caiman-flink, /spec/podMetricsEndpoints/0, ports",
        "Ingress, caiman-dashboard, /metadata, label",
        "KafkaTopic, predictions, /metadata, label"
    })
    void an_unknown_field_is_wrong(String kind, String name, String where, String field) {
        Manifest broken = Overlay.PRODUCTION.manifest(kind, name).copy();
        ((ObjectNode) broken.at(where)).put(field, "x");

        assertThat(schemas.problems(broken)).hasSize(1).first().asString().contains(field);
    }

    @ParameterizedTest
    @CsvSource({
        "FlinkDeployment, caiman-training, /spec, flinkVersion, v9_9",
        "FlinkDeployment, caiman-training, /spec/job, upgradeMode, sometimes",
        "FlinkDeployment, caiman-training, /spec/job, parallelism, many",
        "KafkaUser, caiman-training, /spec/authorization/acls/0/resource, type, queue",
        "KafkaNodePool, nodes, /spec/storage, type, floppy",
        "Deployment, caiman-dashboard, /spec, replicas, many"
    })
    void a_wrong_value_is_wrong(String kind, String name, String where, String field, String value) {
        Manifest broken = Overlay.PRODUCTION.manifest(kind, name).copy();
        ((ObjectNode) broken.at(where)).put(field, value);

        assertThat(schemas.problems(broken)).isNotEmpty();
    }

    @Test
    void what_has_to_be_there_is_missed() {
        Map<Manifest, String> required = Map.of(
                Overlay.LOCAL.manifest("KafkaNodePool", "nodes"), "/spec/roles",
                Overlay.LOCAL.manifest("Kafka", "caiman"), "/spec/kafka/listeners/0/port",
                Overlay.LOCAL.manifest("KafkaUser", "caiman-replay"), "/spec/authorization/acls/0/resource/type");
        required.forEach((manifest, field) -> {
            Manifest broken = manifest.copy();
            JsonPointer pointer = JsonPointer.compile(field);
            ((ObjectNode) broken.json().at(pointer.head()))
                    .remove(pointer.last().getMatchingProperty());
            assertThat(schemas.problems(broken)).as(field).isNotEmpty();
        });
    }

    @Test
    void a_kind_without_a_schema_is_told() {
        Manifest stranger = new Manifest(
                Yaml.MAPPER.createObjectNode().put("apiVersion", "v7").put("kind", "Crocodile"));

        assertThat(schemas.problems(stranger)).isEqualTo(List.of("no schema for v7 Crocodile"));
    }
}

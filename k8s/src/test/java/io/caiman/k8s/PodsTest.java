package io.caiman.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.rest.messages.ClusterOverviewHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pods are locked down, and what points at something points at something that is there. */
class PodsTest {

    /** What Strimzi makes: labels of its pods, and the secret of the cluster's certificate. */
    private static final List<JsonNode> STRIMZI_PODS = Stream.of("caiman-kafka", "caiman-entity-operator")
            .map(name -> (JsonNode) Yaml.MAPPER
                    .createObjectNode()
                    .put("strimzi.io/cluster", "caiman")
                    .put("strimzi.io/name", name))
            .toList();

    private static final String CLUSTER_CERTIFICATE = "caiman-cluster-ca-cert";

    private static List<JsonNode> podLabels(Overlay overlay) {
        return Stream.concat(
                        overlay.manifests().stream()
                                .flatMap(manifest -> manifest.pods().stream())
                                .map(pod -> pod.at("/metadata/labels")),
                        STRIMZI_PODS.stream())
                .toList();
    }

    private static boolean matches(JsonNode selector, JsonNode labels) {
        return selector.path("matchLabels").properties().stream()
                        .allMatch(wanted -> labels.path(wanted.getKey())
                                .asText()
                                .equals(wanted.getValue().asText()))
                && Manifest.elements(selector.path("matchExpressions")).stream()
                        .allMatch(wanted -> Manifest.texts(wanted.path("values"))
                                .contains(
                                        labels.path(wanted.path("key").asText()).asText()));
    }

    @ParameterizedTest
    @EnumSource
    void pods_may_do_nothing_they_need_not(Overlay overlay) {
        for (Manifest manifest : overlay.manifests()) {
            for (JsonNode pod : manifest.pods()) {
                JsonNode security = pod.at("/spec/securityContext");
                assertThat(security.path("runAsNonRoot").asBoolean())
                        .as(manifest.id())
                        .isTrue();
                assertThat(security.path("runAsUser").asInt()).as(manifest.id()).isPositive();
                assertThat(security.at("/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
                for (JsonNode container : pod.at("/spec/containers")) {
                    JsonNode locked = container.path("securityContext");
                    assertThat(locked.path("readOnlyRootFilesystem").asBoolean())
                            .isTrue();
                    assertThat(locked.path("allowPrivilegeEscalation").asBoolean(true))
                            .isFalse();
                    assertThat(Manifest.texts(locked.at("/capabilities/drop"))).containsExactly("ALL");
                }
            }
        }
    }

    /** Strimzi gives brokers a group of its own choice only where the pool has no security context. */
    @ParameterizedTest
    @EnumSource
    void brokers_may_write_to_their_volumes(Overlay overlay) {
        assertThat(overlay.manifests("KafkaNodePool")).isNotEmpty().allSatisfy(pool -> {
            assertThat(pool.at("/spec/storage").findValuesAsText("type")).contains("persistent-claim");
            assertThat(pool.at("/spec/template/pod/securityContext").path("fsGroup"))
                    .as(pool.id())
                    .hasToString("0");
        });
    }

    @ParameterizedTest
    @EnumSource
    void pods_say_what_they_need(Overlay overlay) {
        for (Manifest manifest : overlay.manifests()) {
            switch (manifest.kind()) {
                case "FlinkDeployment" -> {
                    for (String part : List.of("jobManager", "taskManager")) {
                        // Flink makes both the request and the limit of it.
                        assertThat(manifest.at("/spec/" + part + "/resource").has("memory"))
                                .isTrue();
                        assertThat(manifest.at("/spec/" + part + "/resource").has("cpu"))
                                .isTrue();
                    }
                }
                case "Deployment", "Job" -> {
                    for (String kind : List.of("requests", "limits")) {
                        assertThat(manifest.container().at("/resources/" + kind).has("memory"))
                                .isTrue();
                        assertThat(manifest.container().at("/resources/" + kind).has("cpu"))
                                .isTrue();
                    }
                }
                default -> {}
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void volumes_are_there_and_so_is_what_is_in_them(Overlay overlay) throws IOException {
        Set<String> known = overlay.manifests().stream()
                .filter(manifest -> Set.of("ConfigMap", "KafkaUser", "PersistentVolumeClaim")
                        .contains(manifest.kind()))
                .map(Manifest::name)
                .collect(Collectors.toSet());
        String documentation = Files.readString(Path.of("../docs/kubernetes.md"));
        for (Manifest manifest : overlay.manifests()) {
            for (JsonNode pod : manifest.pods()) {
                Set<String> volumes = Manifest.elements(pod.at("/spec/volumes")).stream()
                        .map(volume -> volume.path("name").asText())
                        .collect(Collectors.toSet());
                assertThat(Manifest.elements(manifest.container().path("volumeMounts")))
                        .extracting(mount -> mount.path("name").asText())
                        .as(manifest.id())
                        .hasSameElementsAs(volumes);
                for (JsonNode volume : pod.at("/spec/volumes")) {
                    Stream.of("/configMap/name", "/persistentVolumeClaim/claimName", "/secret/secretName")
                            .map(volume::at)
                            .filter(JsonNode::isTextual)
                            .map(JsonNode::asText)
                            .forEach(name -> assertThat(known.contains(name)
                                            || name.equals(CLUSTER_CERTIFICATE)
                                            || documentation.contains(name))
                                    .as("%s of %s", name, manifest.id())
                                    .isTrue());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void accounts_are_there(Overlay overlay) {
        Set<String> accounts =
                overlay.manifests("ServiceAccount").stream().map(Manifest::name).collect(Collectors.toSet());
        Stream<String> used = overlay.manifests().stream()
                .flatMap(manifest -> Stream.concat(
                        Stream.of(
                                manifest.at("/spec/serviceAccount"),
                                manifest.at("/spec/template/spec/serviceAccountName")),
                        Manifest.elements(manifest.at("/subjects")).stream().map(subject -> subject.path("name"))))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText);
        assertThat(used.collect(Collectors.toSet())).isEqualTo(accounts);
    }

    @ParameterizedTest
    @EnumSource
    void selectors_of_pods_select_some(Overlay overlay) {
        List<JsonNode> labels = podLabels(overlay);
        for (Manifest manifest : overlay.manifests()) {
            Manifest.walk(manifest.json(), node -> {
                JsonNode selector = node.path("podSelector");
                if (selector.isObject() && !node.has("namespaceSelector")) {
                    assertThat(labels).as("%s: %s", manifest.id(), selector).anyMatch(pod -> matches(selector, pod));
                }
            });
            if (Set.of("PodDisruptionBudget", "PodMonitor", "Deployment").contains(manifest.kind())) {
                assertThat(labels).as(manifest.id()).anyMatch(pod -> matches(manifest.at("/spec/selector"), pod));
            }
        }
    }

    /** Kubernetes expects as many pods as their controller has replicas: of a Flink job one, the JobManager's. */
    @ParameterizedTest
    @EnumSource
    void budgets_count_pods_that_their_deployment_counts(Overlay overlay) {
        assertThat(overlay.manifests("PodDisruptionBudget"))
                .isNotEmpty()
                .allSatisfy(budget -> assertThat(overlay.manifests().stream()
                                .filter(manifest -> manifest.pods().stream()
                                        .anyMatch(pod ->
                                                matches(budget.at("/spec/selector"), pod.at("/metadata/labels")))))
                        .extracting(Manifest::kind)
                        .containsExactly("Deployment"));
    }

    @ParameterizedTest
    @EnumSource
    void the_dashboard_listens_where_it_is_asked(Overlay overlay) {
        Manifest dashboard = overlay.manifest("Deployment", "caiman-dashboard");
        JsonNode port = dashboard.container().at("/ports/0");
        assertThat(dashboard.arguments())
                .contains("--port=" + port.path("containerPort").asInt());
        Map.of("startupProbe", "/healthz", "livenessProbe", "/healthz", "readinessProbe", "/readyz")
                .forEach((probe, path) -> {
                    JsonNode asked = dashboard.container().at("/" + probe + "/httpGet");
                    assertThat(asked.path("port")).isEqualTo(port.path("name"));
                    assertThat(asked.path("path").asText()).as(probe).isEqualTo(path);
                    assertThat(asked.path("scheme").asText("HTTP"))
                            .isEqualTo(overlay == Overlay.LOCAL ? "HTTP" : "HTTPS");
                });
        Manifest service = overlay.manifest("Service", "caiman-dashboard");
        assertThat(service.at("/spec/ports/0/targetPort")).isEqualTo(port.path("name"));
        assertThat(service.at("/spec/selector")).isEqualTo(dashboard.at("/spec/selector/matchLabels"));
        JsonNode backend =
                overlay.manifest("Ingress", "caiman-dashboard").at("/spec/rules/0/http/paths/0/backend/service");
        assertThat(backend.path("name").asText()).isEqualTo(service.name());
        assertThat(backend.at("/port/name")).isEqualTo(service.at("/spec/ports/0/name"));
        assertThat(overlay.manifest("NetworkPolicy", "dashboard").at("/spec/ingress/0/ports/0/port"))
                .isEqualTo(port.path("containerPort"));
    }

    @Test
    void the_replay_tells_of_its_health_where_it_is_asked() {
        Manifest replay = Overlay.LOCAL.manifest("Job", "caiman-replay");
        JsonNode port = replay.container().at("/ports/0");
        assertThat(replay.arguments())
                .contains("--health-port=" + port.path("containerPort").asInt(), "--health-bind=0.0.0.0");
        assertThat(replay.container().at("/readinessProbe/httpGet/port")).isEqualTo(port.path("name"));
        assertThat(replay.container().at("/readinessProbe/httpGet/path").asText())
                .isEqualTo("/healthz");
    }

    @ParameterizedTest
    @EnumSource
    void flink_is_asked_on_the_ports_where_it_listens(Overlay overlay) {
        for (Manifest job : overlay.manifests("FlinkDeployment")) {
            JsonNode configuration = job.at("/spec/flinkConfiguration");
            String rest = configuration
                    .path(RestOptions.PORT.key())
                    .asText(RestOptions.PORT.defaultValue().toString());
            JsonNode jobManager = job.at("/spec/jobManager/podTemplate/spec/containers/0");
            assertThat(jobManager.at("/readinessProbe/httpGet/port").asText()).isEqualTo(rest);
            assertThat(jobManager.at("/readinessProbe/httpGet/path").asText()).isEqualTo(ClusterOverviewHeaders.URL);
            assertThat(jobManager.at("/livenessProbe/tcpSocket/port").asText()).isEqualTo(rest);
            assertThat(job.at("/spec/taskManager/podTemplate/spec/containers/0/livenessProbe/tcpSocket/port")
                            .asText())
                    .isEqualTo(configuration
                            .path(TaskManagerOptions.RPC_PORT.key())
                            .asText());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LOCAL")
    void prometheus_finds_the_port_where_flink_reports(Overlay overlay) {
        JsonNode allowed = overlay.manifest("NetworkPolicy", "prometheus").at("/spec/ingress/0/ports/0/port");
        for (Manifest job : overlay.manifests("FlinkDeployment")) {
            JsonNode port = job.container().at("/ports/0");
            assertThat(job.at("/spec/flinkConfiguration/metrics.reporter.prom.port")
                            .asText())
                    .isEqualTo(port.path("containerPort").asText())
                    .isEqualTo(allowed.asText());
            assertThat(overlay.manifest("PodMonitor", "caiman-flink").at("/spec/podMetricsEndpoints/0/port"))
                    .isEqualTo(port.path("name"));
        }
    }
}

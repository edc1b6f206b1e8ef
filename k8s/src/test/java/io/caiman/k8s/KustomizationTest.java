package io.caiman.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KustomizationTest {

    private static final String HASH = "(caiman-(?:models|alert-rules|kafka-client))-[a-z0-9]{10}\\b";

    @TempDir
    private Path folder;

    private static boolean thereIsKubectl() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "kubectl")));
    }

    private static Map<String, JsonNode> byId(List<Manifest> manifests) {
        Map<String, JsonNode> byId = new TreeMap<>();
        manifests.forEach(manifest -> assertThat(byId.put(manifest.id(), manifest.json()))
                .as("%s is there twice", manifest.id())
                .isNull());
        return byId;
    }

    @ParameterizedTest
    @EnumSource
    void what_the_tests_build_is_what_kubectl_builds(Overlay overlay) throws IOException, InterruptedException {
        assumeThat(thereIsKubectl()).as("kubectl is on the PATH").isTrue();
        Process kubectl = new ProcessBuilder(
                        "kubectl", "kustomize", overlay.folder().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String built = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(kubectl.waitFor()).isZero();

        assertThat(byId(overlay.manifests())).isEqualTo(byId(Yaml.manifests(built.replaceAll(HASH, "$1"))));
        if (overlay == Overlay.LOCAL) {
            assertThat(built)
                    .as("FlinkDeployments name ConfigMaps with the hash")
                    .containsPattern("name: caiman-models-[a-z0-9]{10}\\s+name: models");
        }
    }

    @Test
    void a_field_that_the_tests_do_not_know_is_refused() throws IOException {
        Files.writeString(folder.resolve("kustomization.yaml"), "resources: []\nnamePrefix: x-\n");

        assertThatThrownBy(() -> Kustomization.build(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("namePrefix");
    }

    @Test
    void a_patch_of_nothing_is_refused() throws IOException {
        Files.writeString(folder.resolve("kustomization.yaml"), """
                patches:
                  - target: {kind: Job}
                    patch: '[{op: add, path: /spec/suspend, value: true}]'
                """);

        assertThatThrownBy(() -> Kustomization.build(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing to patch");
    }

    @Test
    void a_replacement_of_what_is_not_there_is_refused() throws IOException {
        Files.writeString(
                folder.resolve("job.yaml"), "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {}}");
        Files.writeString(folder.resolve("kustomization.yaml"), """
                resources: [job.yaml]
                patches:
                  - target: {kind: Job}
                    patch: '[{op: replace, path: /spec/suspend, value: true}]'
                """);

        assertThatThrownBy(() -> Kustomization.build(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/spec/suspend");
    }
}

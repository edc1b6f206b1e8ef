package io.caiman.local.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.local.models.Commands.Result;
import io.caiman.model.spec.NetworkKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCommandTest {

    private static final Path ROOT = Path.of("..");
    private static final Path KUAIRAND = ROOT.resolve("conf/kuairand-1k.yaml");

    @TempDir
    Path directory;

    private static Result models(Object... more) {
        return Commands.execute(new ModelsCommand(), more);
    }

    @Test
    void the_markdown_is_the_documented_table() throws IOException {
        Result result = models("--spec", KUAIRAND, "--markdown");

        assertThat(result.exitCode()).isZero();
        assertThat(Files.readString(ROOT.resolve("docs/models.md"))).contains(result.output());
    }

    @Test
    void the_list_fits_a_terminal_and_leaves_no_network_out() {
        Result result = models("--spec", KUAIRAND);

        assertThat(result.exitCode()).isZero();
        assertThat(result.output().lines()).allMatch(line -> line.length() <= 100);
        for (NetworkKind kind : NetworkKind.values()) {
            assertThat(result.output().lines()).anyMatch(line -> line.startsWith(kind.key() + " "));
        }
        assertThat(result.output())
                .contains("704,005 dense weights", "Lin et al. 2024, arXiv 2405.12706", "experts.count=5")
                .contains(
                        "5 sets (1 or experts.count), and prior ones",
                        "options.auxiliary=[32]",
                        "options.window=100000");
    }

    @Test
    void json_has_each_network_with_the_values_of_its_keys() throws IOException {
        JsonNode networks =
                new ObjectMapper().readTree(models("--spec", KUAIRAND, "--json").output());

        assertThat(networks).hasSameSizeAs(Arrays.asList(NetworkKind.values()));
        JsonNode star = of(NetworkKind.STAR, networks);
        assertThat(star.at("/name").asText()).isEqualTo("star");
        assertThat(star.at("/keys/options.window").asInt()).isEqualTo(100_000);
        assertThat(star.at("/denseWeights").asLong()).isEqualTo(758_300);
        assertThat(of(NetworkKind.SINGLE_DOMAIN, networks).at("/sets").asInt()).isEqualTo(5);
    }

    private static JsonNode of(NetworkKind kind, JsonNode networks) {
        for (JsonNode network : networks) {
            if (network.path("name").asText().equals(kind.key())) {
                return network;
            }
        }
        throw new AssertionError("no " + kind.key());
    }

    @Test
    void weights_and_values_are_those_of_the_spec_whatever_network_it_is_of() throws IOException {
        Path spec = Files.writeString(directory.resolve("own.yaml"), """
                name: own
                task: click
                domains: [a, b]
                features: [user, item, domain]
                network: ple
                embedding: {dimension: 4}
                options: {levels: 2}
                """);

        JsonNode networks =
                new ObjectMapper().readTree(models("--spec", spec, "--json").output());

        // 3 features of 4: 12 inputs into 256, 128, 64 and 1, biases too.
        assertThat(of(NetworkKind.MLP, networks).at("/denseWeights").asLong())
                .isEqualTo(12 * 256 + 256 + 256 * 128 + 128 + 128 * 64 + 64 + 64 + 1);
        assertThat(of(NetworkKind.PLE, networks).at("/keys/options.levels").asInt())
                .isEqualTo(2);
        assertThat(of(NetworkKind.ME_PLE, networks).at("/keys/options.levels").asInt())
                .isEqualTo(1);
        assertThat(of(NetworkKind.LR, networks).at("/keys")).isEmpty();
    }

    @Test
    void plug_ins_are_named_for_each_network_that_takes_them_and_counted_where_the_spec_has_them() throws IOException {
        String least = """
                name: own
                task: click
                domains: [a, b]
                features: [user, item, domain]
                embedding: {dimension: 4}
                """;
        Path alone = Files.writeString(directory.resolve("alone.yaml"), least);
        Path plugged = Files.writeString(
                directory.resolve("plugged.yaml"),
                least + "plug-ins: {epnet: [domain], ppnet: [user], gate-width: 2}\n");

        JsonNode before =
                new ObjectMapper().readTree(models("--spec", alone, "--json").output());
        JsonNode after =
                new ObjectMapper().readTree(models("--spec", plugged, "--json").output());

        assertThat(models("--spec", alone).output()).contains("plug-ins      plug-ins.epnet plug-ins.ppnet");
        assertThat(of(NetworkKind.MLP, before).at("/plugIns")).hasSize(2);
        assertThat(of(NetworkKind.LR, before).at("/plugIns")).hasSize(1);
        assertThat(of(NetworkKind.PEPNET, before).at("/plugIns")).isEmpty();
        // Gates of 16 inputs, 2 hidden units and as many outputs as 12 embeddings, and as each layer of the MLP has
        // inputs.
        long gates = 0;
        for (int outputs : new int[] {12, 12, 256, 128, 64}) {
            gates += 16 * 2 + 2 + 2 * outputs + outputs;
        }
        assertThat(of(NetworkKind.MLP, after).at("/denseWeights").asLong())
                .isEqualTo(of(NetworkKind.MLP, before).at("/denseWeights").asLong() + gates);
        assertThat(of(NetworkKind.PEPNET, after).at("/denseWeights"))
                .isEqualTo(of(NetworkKind.PEPNET, before).at("/denseWeights"));
    }

    @Test
    void what_cannot_be_shown_is_refused() {
        Result both = models("--json", "--markdown");
        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.error()).contains("--json and --markdown", "leave one out");
        Result none = models("--spec", directory.resolve("none.yaml"));
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.error()).contains("none.yaml", "conf/");
    }
}

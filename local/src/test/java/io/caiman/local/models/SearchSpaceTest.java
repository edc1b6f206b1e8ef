package io.caiman.local.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.caiman.model.spec.NetworkKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SearchSpaceTest {

    private static final SpecKeys BASE = SpecKeys.read(Path.of("../conf/movielens-networks.yaml"));

    @Test
    void every_trial_of_every_network_makes_a_spec_that_says_what_was_drawn() {
        SearchSpace space = SearchSpace.standard();
        for (NetworkKind network : NetworkKind.values()) {
            for (Map<String, JsonNode> trial : space.draw(network, 7, 50)) {
                SpecKeys keys = BASE.of(network);
                for (Map.Entry<String, JsonNode> value : trial.entrySet()) {
                    keys = keys.with(value.getKey(), value.getValue());
                }
                assertThat(keys.spec("trial").network()).isEqualTo(network);
                assertThat((double) keys.spec("trial").rowOptimizer().learningRate())
                        .isBetween(0.0299999, 1.0);
            }
        }
    }

    @Test
    void what_two_networks_both_read_they_try_alike() {
        SearchSpace space = SearchSpace.standard();
        Map<String, JsonNode> mmoe = space.draw(NetworkKind.MMOE, 3, 5).get(4);
        Map<String, JsonNode> stem = space.draw(NetworkKind.STEM, 3, 5).get(4);

        Set<String> common = mmoe.keySet().stream().filter(stem::containsKey).collect(Collectors.toSet());

        assertThat(common)
                .containsExactlyInAnyOrder(
                        "row-optimizer.learning-rate",
                        "dense-optimizer.learning-rate",
                        "embedding.initial-scale",
                        "experts.layers",
                        "towers");
        assertThat(common).allSatisfy(key -> assertThat(mmoe).containsEntry(key, stem.get(key)));
    }

    @Test
    void a_draw_depends_on_seed_trial_and_key_and_on_nothing_else() {
        SearchSpace one = SearchSpace.parse("a", "shared: {gradient-clip: {uniform: [0, 9]}}");
        SearchSpace more =
                SearchSpace.parse("b", "shared: {batch.size: {choice: [1, 2]}, gradient-clip: {uniform: [0, 9]}}");

        assertThat(values(one, 1)).isEqualTo(values(more, 1)).isNotEqualTo(values(one, 2));
        assertThat(Set.copyOf(values(one, 1))).hasSizeGreaterThan(90);
    }

    private static List<JsonNode> values(SearchSpace space, long seed) {
        return space.draw(NetworkKind.MLP, seed, 100).stream()
                .map(trial -> Objects.requireNonNull(trial.get("gradient-clip")))
                .toList();
    }

    @Test
    void ranges_are_covered_evenly_as_they_say() {
        SearchSpace space = SearchSpace.parse("a", """
                shared:
                  gradient-clip: {uniform: [2, 4]}
                  row-optimizer.learning-rate: {log-uniform: [0.001, 0.1]}
                  batch.size: {choice: [8, 16]}
                """);
        int eight = 0;
        List<Double> clips = new ArrayList<>();
        List<Double> rates = new ArrayList<>();
        for (Map<String, JsonNode> values : space.draw(NetworkKind.LR, 1, 20)) {
            clips.add(number(values, "gradient-clip"));
            rates.add(number(values, "row-optimizer.learning-rate"));
            eight += number(values, "batch.size") == 8 ? 1 : 0;
        }

        // Of 20 trials one is in each twentieth of a range; a value of three digits may lie on its border.
        assertThat(eight).isEqualTo(10);
        assertThat(clips).isNotEqualTo(clips.stream().sorted().toList());
        List<Double> sortedClips = clips.stream().sorted().toList();
        List<Double> sortedRates = rates.stream().sorted().toList();
        for (int part = 0; part < 20; part++) {
            assertThat(sortedClips.get(part)).isBetween(2 + part * 0.1 - 0.005, 2 + (part + 1) * 0.1 + 0.005);
            assertThat(sortedRates.get(part))
                    .isBetween(0.999e-3 * Math.pow(10, part * 0.1), 1.001e-3 * Math.pow(10, (part + 1) * 0.1 + 0.005));
        }
    }

    @Test
    void no_value_is_rounded_out_of_its_range() {
        SearchSpace space = SearchSpace.parse("a", """
                shared:
                  dense-optimizer.beta2: {uniform: [0.99, 0.9999]}
                  dense-optimizer.epsilon: {log-uniform: [1.2345e-8, 1.2349e-8]}
                """);

        for (Map<String, JsonNode> values : space.draw(NetworkKind.MLP, 1, 50)) {
            assertThat(number(values, "dense-optimizer.beta2")).isBetween(0.99, 0.9999);
            assertThat(number(values, "dense-optimizer.epsilon")).isBetween(1.2345e-8, 1.2349e-8);
        }
    }

    @Test
    void keys_are_drawn_apart() {
        SearchSpace space = SearchSpace.parse(
                "a", "shared: {gradient-clip: {uniform: [0, 1]}, embedding.initial-scale: {uniform: [0, 1]}}");
        double products = 0;
        int draws = 2_000;
        for (Map<String, JsonNode> values : space.draw(NetworkKind.MLP, 1, draws)) {
            products += (number(values, "gradient-clip") - 0.5) * (number(values, "embedding.initial-scale") - 0.5);
        }

        // A correlation of independent values has a standard deviation of 1 / sqrt(2,000).
        assertThat(12 * products / draws).isBetween(-4 / Math.sqrt(draws), 4 / Math.sqrt(draws));
    }

    private static double number(Map<String, JsonNode> values, String key) {
        return Objects.requireNonNull(values.get(key), key).asDouble();
    }

    @Test
    void a_network_s_own_range_stands_before_the_shared_one_and_is_nobody_else_s() {
        SearchSpace space = SearchSpace.parse("a", """
                shared: {layers: {choice: [[1]]}}
                networks: {mlp: {layers: {choice: [[2]]}}}
                """);

        assertThat(space.draw(NetworkKind.MLP, 1, 1)).hasToString("[{layers=[2]}]");
        assertThat(space.draw(NetworkKind.DCN, 1, 1)).hasToString("[{layers=[1]}]");
        assertThat(space.draw(NetworkKind.MMOE, 1, 1)).hasToString("[{}]");
    }

    @Test
    void what_is_no_range_is_refused_by_key_value_and_remedy() {
        for (String range : List.of(
                "0.1",
                "{choice: []}",
                "{choice: 3}",
                "{uniform: [2, 1]}",
                "{log-uniform: [0, 1]}",
                "{uniform: [1, 2, 3]}",
                "{uniform: [a, b]}",
                "{normal: [0, 1]}",
                "{uniform: [1, 2], choice: [1]}")) {
            refused(
                    "shared: {towers: %s}".formatted(range),
                    "'shared: towers'",
                    "expected {choice: [A, B, ...]}",
                    "remove");
        }
        refused("shared: {name: {choice: [a]}}", "'shared: name'", "is not searched", "remove it");
        refused("networks: {mlp: {towers: {choice: [[1]]}}}", "'networks.mlp: towers'", "does not read it", "layers");
        refused("networks: {lr: {options.depth: {choice: [1]}}}", "options.depth", "'lr' does not read it");
        refused("networks: {mpl: {}}", "names 'mpl'", "mlp");
        refused("own: {}", "'own' is {}", "'shared' and 'networks'", "search-space.yaml");
        refused("shared: 3", "'shared' is 3", "expected keys and their ranges");
        refused("shared: [", "space.yaml is no YAML");
        refused("3", "space.yaml");
        assertThatThrownBy(() -> SearchSpace.read(Path.of("no.yaml")))
                .hasMessageContainingAll("--space is no.yaml", "can be read", "search-space.yaml");
    }

    private static void refused(String yaml, String... parts) {
        assertThatThrownBy(() -> SearchSpace.parse("space.yaml", yaml))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(Arrays.asList(parts))
                        .allSatisfy(part -> assertThat(e).hasMessageContaining(part)));
    }
}

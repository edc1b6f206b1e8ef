package io.caiman.local.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.caiman.model.spec.NetworkKind;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SearchSpaceTest {

    private static final SpecKeys BASE = SpecKeys.read(Path.of("../conf/movielens-networks.yaml"));

    @Test
    void every_trial_of_every_network_makes_a_spec_that_says_what_was_drawn() {
        SearchSpace space = SearchSpace.standard();
        for (NetworkKind network : NetworkKind.values()) {
            for (int trial = 1; trial <= 50; trial++) {
                SpecKeys keys = BASE.of(network);
                for (Map.Entry<String, JsonNode> value :
                        space.draw(network, 7, trial).entrySet()) {
                    keys = keys.with(value.getKey(), value.getValue());
                }
                assertThat(keys.spec("trial").network()).isEqualTo(network);
                assertThat((double) keys.spec("trial").rowOptimizer().learningRate())
                        .isBetween(0.0199999, 0.5000001);
            }
        }
    }

    @Test
    void what_two_networks_both_read_they_try_alike() {
        SearchSpace space = SearchSpace.standard();
        Map<String, JsonNode> mmoe = space.draw(NetworkKind.MMOE, 3, 5);
        Map<String, JsonNode> stem = space.draw(NetworkKind.STEM, 3, 5);

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
        return IntStream.rangeClosed(1, 100)
                .mapToObj(trial -> space.draw(NetworkKind.MLP, seed, trial).get("gradient-clip"))
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
        int draws = 4_000;
        int below = 0;
        int small = 0;
        int eight = 0;
        for (int trial = 1; trial <= draws; trial++) {
            Map<String, JsonNode> values = space.draw(NetworkKind.LR, 1, trial);
            double clip = number(values, "gradient-clip");
            double rate = number(values, "row-optimizer.learning-rate");
            assertThat(clip).isBetween(2.0, 4.0);
            assertThat(rate).isBetween(0.001, 0.1);
            below += clip < 2.5 ? 1 : 0;
            small += rate < 0.01 ? 1 : 0;
            eight += number(values, "batch.size") == 8 ? 1 : 0;
        }
        // Four standard deviations of a binomial of 4,000.
        assertThat(below).isBetween(890, 1_110);
        assertThat(small).isBetween(1_870, 2_130);
        assertThat(eight).isBetween(1_870, 2_130);
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

        assertThat(space.draw(NetworkKind.MLP, 1, 1)).hasToString("{layers=[2]}");
        assertThat(space.draw(NetworkKind.DCN, 1, 1)).hasToString("{layers=[1]}");
        assertThat(space.draw(NetworkKind.MMOE, 1, 1)).isEmpty();
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

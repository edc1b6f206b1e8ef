package io.caiman.model.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NetworkSpecTest {

    private static final String LEAST = """
            name: model
            task: click
            domains: [a, b, c]
            features: [user, item, domain]
            """;

    /** A value that is right where the key is read, and what an error message shows of it. */
    private static final Map<NetworkKey, String> VALUES = Map.ofEntries(
            Map.entry(NetworkKey.EMBEDDING_SETS, "single"),
            Map.entry(NetworkKey.EMBEDDING_DIMENSION, "8"),
            Map.entry(NetworkKey.PRIOR_FEATURES, "[user, domain]"),
            Map.entry(NetworkKey.EXPERT_COUNT, "2"),
            Map.entry(NetworkKey.EXPERT_LAYERS, "[8]"),
            Map.entry(NetworkKey.GATE, "mmoe"),
            Map.entry(NetworkKey.LAYERS, "[9]"),
            Map.entry(NetworkKey.TOWERS, "[7]"),
            Map.entry(NetworkKey.OPTIONS, "{}"),
            Map.entry(NetworkKey.DISENTANGLING, "dot"),
            Map.entry(NetworkKey.DISENTANGLING_WEIGHT, "0.1"),
            Map.entry(NetworkKey.NORMALIZATION, "batch"),
            Map.entry(NetworkKey.SAMPLED_ROWS, "4"));

    @Test
    void without_a_network_a_spec_is_a_crocodile() {
        assertThat(SpecReader.parse("spec.yaml", LEAST).network()).isEqualTo(NetworkKind.CROCODILE);
    }

    @ParameterizedTest
    @EnumSource
    void a_name_is_enough_and_a_written_spec_reads_back_equal(NetworkKind network) {
        ModelSpec spec = SpecReader.parse("spec.yaml", LEAST + "network: " + network.key() + "\n");

        assertThat(spec.network()).isEqualTo(network);
        assertThat(spec.embeddingSets()).isPositive();
        assertThat(SpecReader.parse("again", SpecReader.write(spec))).isEqualTo(spec);
    }

    @ParameterizedTest
    @EnumSource
    void what_a_network_reads_it_takes_and_all_else_it_refuses_with_key_value_and_remedy(NetworkKind network) {
        for (NetworkKey key : NetworkKey.values()) {
            String value = Objects.requireNonNull(VALUES.get(key));
            String yaml = LEAST + "network: " + network.key() + "\n" + nested(key.path(), value);
            if (network.reads(key)) {
                assertThat(SpecReader.parse("spec.yaml", yaml).network()).isEqualTo(network);
            } else {
                String reader = Arrays.stream(NetworkKind.values())
                        .filter(kind -> kind.reads(key))
                        .map(NetworkKind::key)
                        .findFirst()
                        .orElseThrow();
                refused(yaml, "spec.yaml", "'" + key.path() + "' is", network.key(), "remove it", reader);
            }
        }
        refused(LEAST + "network: fm\ngate: mmoe\n", "'gate'", "mmoe", "'fm'", "embedding.dimension", "crocodile");
    }

    private static String nested(String path, String value) {
        int dot = path.indexOf('.');
        return dot < 0
                ? path + ": " + value + "\n"
                : "%s: {%s: %s}%n".formatted(path.substring(0, dot), path.substring(dot + 1), value);
    }

    @Test
    void an_unknown_network_is_refused_with_all_names() {
        String[] names =
                Arrays.stream(NetworkKind.values()).map(NetworkKind::key).toArray(String[]::new);
        assertThat(names).contains("crocodile", "me-ple", "single-domain", "wide-deep", "dcnv2");
        refused(LEAST + "network: crocodil\n", "'network' is crocodil");
        refused(LEAST + "network: crocodil\n", names);
        refused(LEAST + "network: [fm]\n", "'network'");
    }

    @Test
    void options_are_those_of_the_network_over_its_defaults() {
        ModelSpec spec = SpecReader.parse("spec.yaml", LEAST + "network: ple\noptions: {levels: 2}\n");

        assertThat(spec.options()).isEqualTo(new NetworkOptions.Extraction(1, 1, 2));
        refused(LEAST + "network: ple\noptions: {level: 2}\n", "options.level", "did you mean 'levels'?");
        refused(LEAST + "network: ple\noptions: {levels: 0}\n", "options.levels", "0", "between 1");
        refused(LEAST + "network: adasparse\noptions: {threshold: 3}\n", "options.threshold", "3", "below the scale");
        refused(LEAST + "network: star\noptions: {auxiliary: [0]}\n", "options.auxiliary", "above 0");
        refused(LEAST + "network: xdeepfm\noptions: {maps: []}\n", "options.maps", "at least one layer");
    }

    @ParameterizedTest
    @EnumSource
    void an_option_of_a_network_that_is_out_of_range_is_refused_with_key_and_value(NetworkKind network) {
        for (RecordComponent option : network.options().getRecordComponents()) {
            String key = option.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            String type = option.getGenericType().getTypeName();
            String value = type.contains("Integer") ? "[0]" : type.contains("String") ? "[]" : "-1";
            refused(
                    LEAST + "network: %s\noptions: {%s: %s}\n".formatted(network.key(), key, value),
                    "'options." + key + "' is " + value,
                    "expected");
        }
    }

    @ParameterizedTest
    @EnumSource
    void room_for_domains_and_plug_ins_exclude_each_other_where_a_domain_brings_an_embedding_set(NetworkKind network) {
        String yaml = LEAST + "max-domains: 4\nplug-ins: {epnet: [domain]}\nnetwork: " + network.key() + "\n";
        switch (network) {
            case SINGLE_DOMAIN, ME_PLE, STEM ->
                refused(
                        yaml,
                        "'max-domains' is 4",
                        "expected 0 with plug-ins on network '%s'".formatted(network.key()),
                        "remove it, or 'plug-ins'");
            case PEPNET -> refused(yaml, "'plug-ins.epnet' is [domain]", "these gates itself", "remove it");
            default ->
                assertThat(SpecReader.parse("spec.yaml", yaml).domainRoom()).isEqualTo(4);
        }
    }

    @Test
    void pepnet_wants_prior_features_for_both_of_its_gates() {
        String pepnet = LEAST + "network: pepnet\n";
        refused(pepnet + "prior-features: [domain]\n", "options.domain-features", "[domain]", "not all of");
        refused(pepnet + "prior-features: [user, item]\n", "options.domain-features", "[user, item]");
        assertThat(SpecReader.parse("spec.yaml", pepnet).readsPrior()).isTrue();
    }

    @Test
    void plug_ins_read_features_of_the_spec_and_want_a_network_that_takes_them() {
        String both = "plug-ins: {epnet: [domain], ppnet: [user, item]}\n";
        for (NetworkKind network : NetworkKind.values()) {
            String yaml = LEAST + "network: " + network.key() + "\n" + both;
            if (network.plugIns().size() == 2) {
                ModelSpec spec = SpecReader.parse("spec.yaml", yaml);
                assertThat(spec.priorInputs()).containsExactlyInAnyOrder("user", "item", "domain");
                assertThat(SpecReader.parse("again", SpecReader.write(spec))).isEqualTo(spec);
            } else {
                refused(yaml, "plug-ins.", network.key(), "remove it");
            }
        }
        ModelSpec ofOne = SpecReader.parse("spec.yaml", LEAST + "network: lr\nplug-ins: {epnet: [domain]}\n");
        assertThat(ofOne.priorInputs()).containsExactly("domain");
        assertThat(SpecReader.parse("spec.yaml", LEAST + "network: mlp\n").priorInputs())
                .isEmpty();
        refused(LEAST + "network: pepnet\nplug-ins: {epnet: [domain]}\n", "plug-ins.epnet", "these gates itself");
        refused(LEAST + "network: fm\nplug-ins: {ppnet: [user]}\n", "plug-ins.ppnet", "[user]", "no layers to gate");
        refused(LEAST + "plug-ins: {ppnet: [author]}\n", "plug-ins.ppnet", "[author]", "'features'");
        refused(LEAST + "plug-ins: {epnet: [domain, domain]}\n", "plug-ins.epnet", "no entry twice");
        refused(LEAST + "plug-ins: {gate-width: 0}\n", "plug-ins.gate-width", "between 1");
        refused(LEAST + "plug-ins: {epnt: [domain]}\n", "plug-ins.epnt", "did you mean 'epnet'?");
    }

    @Test
    void features_need_not_hold_the_prior_ones_of_a_network_that_reads_none() {
        String two = LEAST.replace("[user, item, domain]", "[user, item]");

        assertThat(SpecReader.parse("spec.yaml", two + "network: fm\n").readsPrior())
                .isFalse();
        refused(two + "network: crocodile\n", "prior-features", "domain");
    }

    @Test
    void embedding_sets_are_as_many_as_the_network_takes() {
        assertThat(sets("mlp")).isEqualTo(1);
        assertThat(sets("me-mmoe")).isEqualTo(5);
        assertThat(sets("single-domain")).isEqualTo(3);
        assertThat(sets("stem")).isEqualTo(4);
        assertThat(SpecReader.parse("spec.yaml", LEAST + "network: lr\n").embeddingWidth())
                .isEqualTo(1);
        assertThat(SpecReader.parse("spec.yaml", LEAST.replace("task: click", "tasks: [click, like]") + "network: fm\n")
                        .embeddingSets())
                .isEqualTo(2);
        assertThat(SpecReader.parse("spec.yaml", LEAST + "network: deepfm\n").embeddingWidth())
                .isEqualTo(17);
    }

    private static int sets(String network) {
        return SpecReader.parse("spec.yaml", LEAST + "network: " + network + "\n")
                .embeddingSets();
    }

    private static void refused(String yaml, String... words) {
        assertThatThrownBy(() -> SpecReader.parse("spec.yaml", yaml))
                .isInstanceOf(SpecException.class)
                .hasMessageContainingAll(List.of(words).toArray(CharSequence[]::new));
    }
}

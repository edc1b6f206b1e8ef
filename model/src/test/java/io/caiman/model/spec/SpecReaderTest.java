package io.caiman.model.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecReaderTest {

    private static final String LEAST = """
            name: crocodile
            task: click
            domains: [a, b]
            features: [user, item, domain, tag]
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "features; 'features: [user, ~]'",
                "experts.layers; 'experts: {layers: [64, ~]}'",
                "loss.task-weights; 'loss: {task-weights: {click: ~}}'",
                "admission.features; 'admission: {features: {item: ~}}'"
            })
    void an_entry_that_is_missing_is_told_by_its_key(String key, String line) {
        refused(with(line), key);
    }

    @Test
    void prior_features_that_the_gate_does_not_read_need_not_be_there() {
        String yaml = with("features: [user, item]") + "gate: mmoe\n";
        assertThat(SpecReader.parse("test", yaml).priorInputs()).isEmpty();
        refused(yaml.replace("mmoe", "prior"), "prior-features", "domain");
    }

    @Test
    void what_is_not_said_comes_from_the_defaults() {
        ModelSpec spec = SpecReader.parse("spec.yaml", LEAST);

        assertThat(spec.priorFeatures()).containsExactly("user", "item", "domain");
        assertThat(spec.embeddingSets()).isEqualTo(5);
        assertThat(spec.gate()).isEqualTo(Gate.PRIOR_ELEMENTWISE);
        assertThat(spec.loss().crossEntropy()).isEqualTo(LossSpec.CrossEntropy.DOMAIN_MEAN);
        assertThat(spec.wide().mode()).isEqualTo(WideSpec.Mode.NONE);
    }

    @Test
    void what_is_said_overrides_its_default_and_no_other() {
        ModelSpec spec = SpecReader.parse(
                "spec.yaml",
                LEAST
                        + "embedding: {sets: single}\nexperts: {count: 3}\nwide: {mode: per-impression}\nbatch: {max-wait-millis: 0}\n");

        assertThat(spec.embeddingSets()).isOne();
        assertThat(spec.experts().count()).isEqualTo(3);
        assertThat(spec.embedding().dimension()).isEqualTo(16);
        assertThat(spec.wide().mode()).isEqualTo(WideSpec.Mode.PER_IMPRESSION);
        assertThat(spec.batch().maxWait()).isEmpty();
    }

    @Test
    void a_written_spec_reads_back_equal() {
        ModelSpec spec = SpecReader.parse("spec.yaml", LEAST + "seed: 9\ntowers: []\n");

        assertThat(SpecReader.parse("again", SpecReader.write(spec))).isEqualTo(spec);
    }

    @Test
    void an_unknown_key_is_refused_with_the_nearest_valid_one() {
        refused(LEAST + "embeding: {dimension: 3}\n", "spec.yaml", "'embeding'", "did you mean 'embedding'?");
        refused(LEAST + "embedding: {dimensions: 3}\n", "'embedding.dimensions'", "did you mean 'dimension'?");
    }

    @Test
    void a_wrong_value_is_refused_with_key_value_and_what_was_expected() {
        refused(LEAST + "experts: {count: 0}\n", "experts.count", "0", "between 1");
        refused(LEAST + "embedding: {sets: many}\n", "embedding.sets", "many", "single, multi");
        refused(LEAST + "gate: open\n", "gate", "open", "prior-elementwise");
        refused(LEAST + "wide: {mode: batch, crosses: {pairs: [[user, tags]]}}\n", "wide.crosses.pairs", "tags");
        refused(LEAST + "wide: {mode: batch, crosses: {pairs: [[user]]}}\n", "wide.crosses.pairs", "two different");
        refused(LEAST + "wide: {factors: {features: [user]}}\n", "wide.factors.features", "wide.mode is none");
        refused(LEAST + "health: {feature: video}\n", "health.feature", "video");
        refused(LEAST + "wide: {mode: fast}\n", "wide.mode", "fast", "none, batch, per-impression");
        refused(LEAST + "prior-features: [user, tags]\n", "prior-features", "tags");
        refused(LEAST + "experts: {layers: []}\n", "experts.layers", "at least one layer width");
        refused(LEAST + "row-optimizer: {learning-rate: -1}\n", "row-optimizer.learning-rate", "-1", "above 0");
        refused(LEAST.replace("[a, b]", "[a, a]"), "domains", "twice");
    }

    @Test
    void one_task_may_be_said_as_a_word_and_several_as_a_list() {
        ModelSpec one = SpecReader.parse("spec.yaml", LEAST);
        ModelSpec same = SpecReader.parse("spec.yaml", LEAST.replace("task: click", "tasks: [click]"));
        ModelSpec several = SpecReader.parse(
                "spec.yaml",
                LEAST.replace("task: click", "tasks: [click, like]")
                        + "loss: {task-weights: {like: 0.5}}\nchains: {like: click}\n");

        assertThat(one.tasks()).containsExactly("click");
        assertThat(same).isEqualTo(one);
        assertThat(several.tasks()).containsExactly("click", "like");
        assertThat(several.loss().taskWeight("click")).isOne();
        assertThat(several.loss().taskWeight("like")).isEqualTo(0.5f);
        assertThat(SpecReader.parse("again", SpecReader.write(several))).isEqualTo(several);
    }

    @Test
    void tasks_that_cannot_be_are_refused_with_key_value_and_remedy() {
        refused(LEAST + "tasks: [like]\n", "'task' is \"click\"", "'tasks' is [\"like\"]", "remove 'task'");
        refused(LEAST.replace("click", "[click, like]"), "'task' is [", "'tasks: [click, like]'");
        String several = LEAST.replace("task: click", "tasks: [click, like]");
        refused(several.replace("like", "click"), "tasks", "twice");
        refused(several.replace("[click, like]", "[]"), "tasks", "at least one");
        refused(several.replace("like", "'a like'"), "tasks", "a like", "letters");
        refused(several + "loss: {task-weights: {love: 2}}\n", "loss.task-weights", "[love]", "'tasks'");
        refused(several + "loss: {task-weights: {like: -1}}\n", "loss.task-weights.like", "-1", "0 or above");
        refused(several + "chains: {love: click}\n", "chains", "[love]", "'tasks'");
        refused(several + "chains: {like: love}\n", "chains", "[love]", "'tasks'");
        refused(several + "chains: {like: click, click: like}\n", "chains", "depend on itself");
    }

    @Test
    void domains_may_be_added_up_to_a_number_and_start_from_those_that_are_named() {
        ModelSpec spec = SpecReader.parse("spec.yaml", LEAST + "max-domains: 4\nnew-domains-from: [b]\n");

        assertThat(spec.domainRoom()).isEqualTo(4);
        assertThat(spec.startOf(3)).containsExactly(1);
        assertThat(spec.onlyDomains()).isEmpty();
        assertThat(SpecReader.parse("again", SpecReader.write(spec))).isEqualTo(spec);
        ModelSpec fixed = SpecReader.parse("spec.yaml", LEAST);
        assertThat(fixed.domainRoom()).isEqualTo(2);
        assertThat(fixed.onlyDomains()).containsExactly("a", "b");
    }

    @Test
    void room_for_domains_that_makes_no_sense_is_refused() {
        refused(LEAST + "max-domains: 1\n", "'max-domains' is 1", "the number of 'domains', here 2");
        refused(LEAST + "max-domains: -1\n", "'max-domains' is -1", "0, with which no domain is added");
        refused(LEAST + "max-domains: 5000\n", "'max-domains' is 5000", "up to 1,000");
        refused(LEAST + "max-domains: 4\nnew-domains-from: [z]\n", "'new-domains-from' is [z]", "lacks [z]");
        refused(LEAST + "max-domains: 4\nnew-domains-from: [a, a]\n", "'new-domains-from'", "twice");
        refused(LEAST + "new-domains-from: [a]\n", "'new-domains-from' is [a]", "without 'max-domains'");
        refused(
                LEAST + "max-domains: 4\nnetwork: stem\nplug-ins: {epnet: [domain]}\n",
                "'max-domains' is 4",
                "plug-ins on network 'stem'");
        refused(LEAST + "max-domain: 4\n", "did you mean 'max-domains'?");
    }

    @Test
    void a_missing_key_without_default_is_refused_by_name() {
        refused(LEAST.replace("name: crocodile\n", ""), "name");
        refused(LEAST.replace("task: click\n", ""), "'task'", "'tasks'", "add 'task: click'");
    }

    @Test
    void what_is_no_yaml_is_refused_with_line_and_column() {
        refused("name: [", "spec.yaml", "line");
        refused("just words", "spec.yaml", "keys and values");
    }

    @Test
    void a_missing_file_is_refused_by_path() {
        assertThatThrownBy(() -> SpecReader.read(Path.of("nowhere", "spec.yaml")))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining(Path.of("nowhere", "spec.yaml").toString());
    }

    /** The least there may be, with this line, in place of one of the same key if there is one. */
    private static String with(String line) {
        String key = line.substring(0, line.indexOf(':') + 1);
        return LEAST.lines().filter(given -> !given.startsWith(key)).collect(Collectors.joining("\n")) + "\n" + line
                + "\n";
    }

    private static void refused(String yaml, String... words) {
        assertThatThrownBy(() -> SpecReader.parse("spec.yaml", yaml))
                .isInstanceOf(SpecException.class)
                .hasMessageContainingAll(List.of(words).toArray(CharSequence[]::new));
    }
}

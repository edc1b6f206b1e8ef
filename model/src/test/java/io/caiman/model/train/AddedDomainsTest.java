package io.caiman.model.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.nn.DenseLayout.Slice;
import io.caiman.model.nn.DenseParameters;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKey;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.PlugIn;
import io.caiman.model.spec.SpecReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an added domain starts from, against a slow computation by names. */
class AddedDomainsTest {

    /** Sums of three floats, in doubles here. */
    private static final float ROUNDING = 1e-6f;

    /** Bytes of a trainer's snapshot before the dense weights. */
    private static final int SNAPSHOT_HEADER = 3 * Long.BYTES + Integer.BYTES;

    private static final int USERS = 12;
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");
    private static final String WIDE = "wide: {mode: batch, factors: {features: [user, domain], dimension: 2}}\n";

    private static ModelSpec spec(NetworkKind network, String more) {
        String sizes = (network.reads(NetworkKey.EMBEDDING_DIMENSION) ? "embedding: {dimension: 3}\n" : "")
                + (network.reads(NetworkKey.EXPERT_LAYERS) ? "experts: {layers: [5]}\n" : "")
                + (network.reads(NetworkKey.LAYERS) ? "layers: [6]\n" : "")
                + (network.reads(NetworkKey.TOWERS) ? "towers: [4]\n" : "");
        String options = switch (network) {
            case STEM -> "options: {domain-experts: 2, shared-experts: 3}\n";
            case PLE -> "options: {levels: 2, domain-experts: 2}\n";
            default -> "";
        };
        return SpecReader.parse(
                "test",
                """
                name: m
                task: click
                domains: [a, b, c]
                max-domains: 5
                features: [user, domain]
                network: %s
                dense-optimizer: {learning-rate: 0.05}
                """.formatted(network.key()) + sizes + options
                        + (network.reads(NetworkKey.PRIOR_FEATURES) ? "prior-features: [user, domain]\n" : "")
                        + "health: {feature: user}\n" + more);
    }

    @ParameterizedTest
    @EnumSource
    void dense_weights_are_the_mean_of_the_other_domains_and_nothing_else_changes(NetworkKind network) {
        adds(spec(network, ""), List.of("d"), List.of("a", "b", "c"));
    }

    @ParameterizedTest
    @EnumSource
    void dense_weights_are_those_of_the_domain_that_the_spec_names(NetworkKind network) {
        adds(spec(network, "new-domains-from: [c]\n"), List.of("d"), List.of("c"));
    }

    @ParameterizedTest
    @EnumSource
    void a_second_added_domain_starts_from_the_first_too(NetworkKind network) {
        adds(spec(network, ""), List.of("d", "e"), List.of("a", "b", "c", "(added 3)"));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SINGLE_DOMAIN", "ME_PLE", "STEM", "PEPNET"})
    void plug_ins_are_left_as_they_are(NetworkKind network) {
        String gates = network.plugIns().contains(PlugIn.PPNET) ? "epnet: [domain], ppnet: [user]" : "epnet: [domain]";
        adds(
                spec(network, "plug-ins: {%s, gate-width: 2}%n".formatted(gates)),
                List.of("d", "e"),
                List.of("a", "b", "c", "(added 3)"));
    }

    /** Adds domains one after another, learning in between, and looks at what the last one brings. */
    private static void adds(ModelSpec spec, List<String> names, List<String> sources) {
        Random random = new Random(41);
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            int number = 2;
            for (int step = 0; step < 6; step++) {
                trainer.step(batch(random, number));
            }
            for (String name : names.subList(0, names.size() - 1)) {
                number++;
                for (int step = 0; step < 6; step++) {
                    MiniBatch batch = batch(random, number);
                    batch.addDomain(name);
                    trainer.step(batch);
                }
            }
            DenseParameters parameters = trainer.parameters();
            byte[] before = trainer.snapshot();
            float[] weights = parameters.values();
            MiniBatch last = batch(random, number + 1);
            last.addDomain(names.get(names.size() - 1));

            trainer.score(last);

            String added = "(added %d)".formatted(number + 1);
            for (Slice slice : parameters.slices()) {
                assertThat(values(parameters.values(), slice))
                        .as(slice.name())
                        .containsExactly(
                                slice.name().contains(added)
                                        ? mean(spec, slice, added, parameters, sources)
                                        : values(weights, slice),
                                within(slice.name().contains(added) ? ROUNDING : 0f));
            }
            byte[] after = trainer.snapshot();
            int rest = SNAPSHOT_HEADER + Float.BYTES * weights.length;
            int names0 = before.length
                    - String.join("\n", names.subList(0, names.size() - 1)).length();
            assertThat(Arrays.copyOf(after, SNAPSHOT_HEADER)).isEqualTo(Arrays.copyOf(before, SNAPSHOT_HEADER));
            assertThat(Arrays.copyOfRange(after, rest, names0))
                    .as("Adam's moments and steps, and health")
                    .isEqualTo(Arrays.copyOfRange(before, rest, names0));
            assertThat(new String(after, names0, after.length - names0, UTF_8)).isEqualTo(String.join("\n", names));
        }
    }

    private static float[] values(float[] weights, Slice slice) {
        return Arrays.copyOfRange(weights, slice.offset(), slice.offset() + slice.length());
    }

    /** By the names of arrays, weight by weight. */
    private static float[] mean(
            ModelSpec spec, Slice slice, String added, DenseParameters parameters, List<String> sources) {
        int columns = columns(slice);
        float[] mean = new float[slice.length()];
        for (int i = 0; i < mean.length; i++) {
            int row = i / columns;
            List<Float> same = new ArrayList<>();
            List<Float> all = new ArrayList<>();
            for (String source : sources) {
                Slice from = parameters.slices().stream()
                        .filter(other -> other.name().equals(slice.name().replace(added, source)))
                        .findFirst()
                        .orElseThrow();
                float[] values = values(parameters.values(), from);
                int width = columns(from);
                int column = column(spec, slice.name(), spec.domains().indexOf(source), i % columns);
                if (column >= 0) {
                    same.add(values[row * width + column]);
                }
                for (int j = 0; j < width; j++) {
                    all.add(values[row * width + j]);
                }
            }
            mean[i] = (float) (same.isEmpty() ? all : same)
                    .stream().mapToDouble(Float::doubleValue).average().orElseThrow();
        }
        return mean;
    }

    private static int columns(Slice slice) {
        return Math.toIntExact(slice.shape().get(slice.shape().dimension() - 1));
    }

    /**
     * Which column of a source's array is about what a column of the added domain's is about; -1 if none is.
     *
     * @param source number of a domain of the spec; -1 of an added one, whose columns are about the same
     */
    private static int column(ModelSpec spec, String name, int source, int column) {
        if (source >= 0 && spec.network() == NetworkKind.HINET && name.startsWith("attention")) {
            // About domains 0 to 2; the source leaves itself out.
            return column == source ? -1 : column < source ? column : column - 1;
        }
        if (source >= 0 && spec.network() == NetworkKind.STEM && name.startsWith("gate")) {
            // About two experts of each of domains 0 to 2, three shared ones, and two of the domain's own.
            if (column >= 9) {
                return 2 * source + column - 9;
            }
            return column < 6 && column / 2 == source ? -1 : column;
        }
        return column;
    }

    /** Impressions of all domains up to one. */
    private static MiniBatch batch(Random random, int lastDomain) {
        MiniBatch batch = new MiniBatch(2);
        for (int sample = 0; sample < 16; sample++) {
            add(batch, sample % (lastDomain + 1), random.nextInt(USERS), random.nextBoolean());
        }
        return batch;
    }

    private static void add(MiniBatch batch, int domain, int user, boolean label) {
        batch.start(domain, label, 0);
        batch.add(RowKeys.ofText("user", "user " + user), 1f);
        batch.endFeature();
        batch.add(RowKeys.ofText("domain", NAMES.get(domain)), 1f);
        batch.endFeature();
    }

    @ParameterizedTest
    @EnumSource(names = {"CROCODILE", "PEPNET", "FM", "SINGLE_DOMAIN", "STEM"})
    void the_row_of_the_name_is_the_mean_of_those_of_the_other_names_that_were_learned_from(NetworkKind network) {
        ModelSpec spec = spec(network, WIDE);
        RowLayout layout = RowLayout.of(spec);
        EmbeddingStore store = ModelRows.inMemory(spec).features();
        Random random = new Random(43);
        float[] ofA = row(store, layout, random, RowKeys.ofText("domain", "a"), 3);
        float[] ofB = row(store, layout, random, RowKeys.ofText("domain", "b"), 1);
        float[] fresh = new float[layout.stride()];
        long key = RowKeys.ofText("domain", "d");
        store.gather(new long[] {key}, 1, fresh);

        float[] filled = filled(spec, store, key);

        // Domain c was never learned from.
        float[] expected = fresh.clone();
        for (int j = 0; j < layout.stride(); j++) {
            boolean weight = j < layout.embeddings() * layout.dimension();
            boolean factor = j >= layout.factor(0) && j < layout.factor(0) + layout.factors();
            if (weight || factor || j == layout.bias(0)) {
                expected[j] = (ofA[j] + ofB[j]) / 2;
            }
        }
        // The embedding of its own set comes from the row's other sets, see below.
        spec.embeddingSetOf(3)
                .ifPresent(set -> System.arraycopy(
                        filled, layout.weights(set), expected, layout.weights(set), layout.dimension()));
        assertThat(filled).containsExactly(expected, within(ROUNDING));
        assertThat(filled).isNotEqualTo(fresh);

        row(store, layout, random, key, 1);
        float[] own = new float[layout.stride()];
        store.gather(new long[] {key}, 1, own);
        assertThat(Arrays.copyOf(filled(spec, store, key), layout.dimension()))
                .as("once it was learned from")
                .isEqualTo(Arrays.copyOf(own, layout.dimension()));
    }

    @ParameterizedTest
    @EnumSource(names = {"SINGLE_DOMAIN", "STEM", "ME_PLE"})
    void the_embedding_of_its_own_set_is_the_mean_of_those_that_were_taught_until_it_is(NetworkKind network) {
        ModelSpec spec = spec(network, "");
        RowLayout layout = RowLayout.of(spec);
        EmbeddingStore store = ModelRows.inMemory(spec).features();
        long key = RowKeys.ofText("user", "user 1");
        float[] row = new float[layout.stride()];
        int set = spec.embeddingSetOf(3).orElseThrow();
        assertThat(set).isEqualTo(network == NetworkKind.SINGLE_DOMAIN ? 3 : 4);

        store.gather(new long[] {key}, 1, row);
        row[layout.statistics()] = 1;
        store.scatter(new long[] {key}, 1, row);
        assertThat(filled(spec, store, key)).as("nobody was taught").isEqualTo(row);

        row[layout.accumulator(0)] += 0.5f;
        row[layout.accumulator(2)] += 0.1f;
        store.gather(new long[] {key}, 1, new float[layout.stride()]);
        store.scatter(new long[] {key}, 1, row);
        float[] expected = row.clone();
        for (int j = 0; j < layout.dimension(); j++) {
            expected[layout.weights(set) + j] = (row[layout.weights(0) + j] + row[layout.weights(2) + j]) / 2;
        }
        assertThat(filled(spec, store, key)).containsExactly(expected, within(ROUNDING));

        row[layout.accumulator(set)] += 0.2f;
        store.gather(new long[] {key}, 1, new float[layout.stride()]);
        store.scatter(new long[] {key}, 1, row);
        assertThat(filled(spec, store, key)).as("taught itself").isEqualTo(row);
    }

    private static float[] row(EmbeddingStore store, RowLayout layout, Random random, long key, int sightings) {
        float[] row = new float[layout.stride()];
        store.gather(new long[] {key}, 1, row);
        for (int j = 0; j < layout.statistics(); j++) {
            row[j] = random.nextFloat() + 1;
        }
        row[layout.statistics()] = sightings;
        store.scatter(new long[] {key}, 1, row);
        return row;
    }

    /** A row as a mini-batch of an added domain sees it. */
    private static float[] filled(ModelSpec spec, EmbeddingStore store, long key) {
        RowLayout layout = RowLayout.of(spec);
        Domains domains = new Domains(spec);
        domains.add("d");
        AddedDomains added = new AddedDomains(spec, layout, domains);
        MiniBatch batch = new MiniBatch(2);
        add(batch, 0, 5, true);
        add(batch, 3, 1, true);
        RowTable table = new RowTable(layout.stride());
        added.load(batch, store);
        table.load(batch.keys(), batch.entries(), store);
        added.fill(table);
        int at = table.find(key) * layout.stride();
        return Arrays.copyOfRange(table.rows(), at, at + layout.stride());
    }

    @Test
    void there_are_no_more_domains_than_there_is_room_for() {
        Domains domains = new Domains(spec(NetworkKind.SHARED_BOTTOM, ""));

        assertThat(domains.add("d")).isEqualTo(3);
        assertThat(domains.add("e")).isEqualTo(4);
        assertThat(domains.add("d")).as("it is there").isEqualTo(3);
        assertThat(domains.hasRoom()).isFalse();
        assertThatThrownBy(() -> domains.add("f"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'f'", "at most 5");
        assertThat(domains.names()).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void a_name_that_is_too_long_or_unprintable_is_no_domain() {
        assertThat(Domains.canBeAdded("\u0434\u043e\u043c\u0430 7")).isTrue();
        assertThat(Domains.canBeAdded("x".repeat(200))).isTrue();
        assertThat(Domains.canBeAdded("x".repeat(201))).isFalse();
        assertThat(Domains.canBeAdded("")).isFalse();
        assertThat(Domains.canBeAdded(" ")).isFalse();
        assertThat(Domains.canBeAdded("a\nb")).isFalse();
    }

    @Test
    void an_impression_of_a_domain_that_nobody_told_of_is_refused() {
        ModelSpec spec = spec(NetworkKind.SHARED_BOTTOM, "");
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            assertThatThrownBy(() -> trainer.step(batch(new Random(1), 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("domain 3", "[a, b, c]");
        }
    }
}

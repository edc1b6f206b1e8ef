package io.caiman.model.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.health.ModelHealth.Abundance;
import io.caiman.model.health.ModelHealth.Group;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EmbeddingWatchTest {

    private static final ModelSpec SPEC = SpecReader.parse("test", """
            name: m
            task: click
            domains: [a, b, c]
            features: [user, item, domain]
            experts: {count: 2}
            embedding: {dimension: 3}
            health: {sample: 50, collapse-share: 0.6}
            """);
    private static final int IDS = 20;

    private final RowLayout layout = RowLayout.of(SPEC);
    private final EmbeddingStore store = ModelRows.inMemory(SPEC).features();
    private final EmbeddingWatch watch = new EmbeddingWatch(SPEC, layout);
    private final List<HealthWarning> warnings = new ArrayList<>();

    /** Ids 0 to 19 in domain a, the first half of them frequent; in domain b too few to say anything. */
    private void seeAll() {
        for (int id = 0; id < IDS; id++) {
            watch.see(id, 0);
            watch.see(id, 0);
            write(id, id < IDS / 2 ? 9 : 1, false);
        }
        watch.see(7, 1);
    }

    /** Embeddings along the axes in turn; collapsed ones in one direction. */
    private void write(long id, int sightings, boolean collapsed) {
        float[] row = new float[layout.stride()];
        store.gather(new long[] {id}, 1, row);
        for (int j = 0; j < 3; j++) {
            row[layout.weights(0) + j] = collapsed ? 1 + id : (id % 3 == j ? 1 : 0);
        }
        row[layout.statistics()] = sightings;
        store.scatter(new long[] {id}, 1, row);
    }

    @Test
    void measures_each_set_of_a_domain_s_frequent_and_rare_ids_and_no_group_too_small() {
        seeAll();

        List<Abundance> measured = watch.measure(SPEC.domains(), store, warnings);

        assertThat(measured).extracting(Abundance::domain).containsOnly("a");
        assertThat(measured)
                .extracting(Abundance::set, Abundance::group, Abundance::rows)
                .containsExactlyInAnyOrder(
                        tuple(0, Group.FREQUENT, 10),
                        tuple(0, Group.RARE, 10),
                        tuple(1, Group.FREQUENT, 10),
                        tuple(1, Group.RARE, 10));
        // Of the ten frequent ids four lie on the first axis and three on each other: (2 + 2 sqrt 3) / 2.
        assertThat(value(measured, Group.FREQUENT)).isCloseTo(1 + Math.sqrt(3), within(1e-6));
        assertThat(measured).allSatisfy(abundance -> {
            assertThat(abundance.spectrum()).hasSize(3).first().isEqualTo(1f);
            assertThat(abundance.spectrum().stream()
                            .mapToDouble(Float::doubleValue)
                            .sum())
                    .isCloseTo(abundance.value(), within(1e-6));
        });
        assertThat(warnings).isEmpty();
    }

    @Test
    void warns_of_a_group_whose_abundance_fell_below_the_share_of_its_highest() {
        seeAll();
        watch.measure(SPEC.domains(), store, warnings);
        for (int id = IDS / 2; id < IDS; id++) {
            write(id, 1, true);
        }

        List<Abundance> measured = watch.measure(SPEC.domains(), store, warnings);

        assertThat(value(measured, Group.RARE)).isCloseTo(1, within(1e-6));
        assertThat(warnings).singleElement().satisfies(warning -> {
            assertThat(warning.kind()).isEqualTo(HealthWarning.Kind.COLLAPSE);
            assertThat(warning.detail()).contains("embedding set 0", "'a'", "rare", "to 1.00");
        });
    }

    @Test
    void ids_whose_rows_are_gone_are_not_measured() {
        seeAll();
        store.delete(LongStream.range(0, IDS).toArray(), IDS);

        assertThat(watch.measure(SPEC.domains(), store, warnings)).isEmpty();
    }

    @Test
    void remembers_the_latest_ids_and_the_highest_values_over_a_restart() {
        seeAll();
        watch.measure(SPEC.domains(), store, warnings);
        ByteBuffer written = ByteBuffer.allocate(watch.snapshotBytes());
        watch.write(written);
        EmbeddingWatch other = new EmbeddingWatch(SPEC, layout);
        other.read(written.flip());
        for (int id = 0; id < IDS; id++) {
            write(id, id < IDS / 2 ? 9 : 1, true);
        }

        assertThat(written.remaining()).isZero();
        assertThat(other.measure(SPEC.domains(), store, warnings))
                .isEqualTo(watch.measure(SPEC.domains(), store, new ArrayList<>()));
        assertThat(warnings).hasSize(2);
    }

    private static double value(List<Abundance> measured, Group group) {
        return measured.stream()
                .filter(abundance -> abundance.set() == 0 && abundance.group() == group)
                .findAny()
                .orElseThrow()
                .value();
    }
}

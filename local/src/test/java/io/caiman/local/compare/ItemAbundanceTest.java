package io.caiman.local.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.embedding.InMemoryEmbeddingStore;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.spec.ModelSpec;
import io.caiman.schemas.avro.Impression;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ItemAbundanceTest {

    /** Of singular values found by way of squares. */
    private static final double TOLERANCE = 1e-5;

    private final ModelSpec spec = Logs.spec("a", 10);
    private final RowInitializer initializer = new RowInitializer(spec);
    private final RowLayout layout = initializer.layout();

    /** More than are fetched at a time. */
    private static final int ITEMS = 5_000;

    @Test
    void each_set_has_the_abundance_of_its_own_weights() {
        InMemoryEmbeddingStore store = new InMemoryEmbeddingStore(initializer, 1);
        long[] keys = LongStream.range(0, ITEMS).toArray();
        float[] rows = new float[ITEMS * layout.stride()];
        for (int item = 0; item < ITEMS; item++) {
            rows[item * layout.stride() + layout.statistics()] = 1;
            for (int set = 0; set < layout.sets(); set++) {
                // Set 0 on one line, set 1 on two of equal weight, and so on up to the width.
                int directions = Math.min(set + 1, layout.dimension());
                rows[item * layout.stride() + layout.weights(set) + item % directions] = 1 + set;
            }
        }
        store.scatter(keys, ITEMS, rows);

        ItemAbundance abundance = ItemAbundance.of(store, layout, layout.sets(), new RankedItems(keys, new int[ITEMS]));

        assertThat(abundance.sets()).hasSize(layout.sets());
        double sum = 0;
        for (int set = 0; set < layout.sets(); set++) {
            int directions = Math.min(set + 1, layout.dimension());
            sum += directions;
            // The items do not divide evenly among three directions.
            assertThat(abundance.sets().get(set).orElseThrow()).isCloseTo(directions, within(1e-3));
        }
        assertThat(abundance.mean().orElseThrow()).isCloseTo(sum / layout.sets(), within(1e-3));
        assertThat(abundance.groups()).hasSize(5);
        assertThat(abundance.groups().get(3).orElseThrow()).isCloseTo(sum / layout.sets(), within(1e-2));
    }

    @Test
    void groups_hold_the_items_of_like_frequency_rarest_first() {
        InMemoryEmbeddingStore store = new InMemoryEmbeddingStore(initializer, 1);
        long[] keys = LongStream.range(0, 10).toArray();
        float[] rows = new float[10 * layout.stride()];
        for (int item = 0; item < 10; item++) {
            rows[item * layout.stride() + layout.statistics()] = 1;
            for (int set = 0; set < layout.sets(); set++) {
                // Only the last two items point to different sides.
                rows[item * layout.stride() + layout.weights(set) + (item == 9 ? 1 : 0)] = 1;
            }
        }
        store.scatter(keys, 10, rows);

        ItemAbundance abundance = ItemAbundance.of(store, layout, layout.sets(), new RankedItems(keys, new int[10]));

        for (int group = 0; group < 4; group++) {
            assertThat(abundance.groups().get(group).orElseThrow()).isCloseTo(1, within(TOLERANCE));
        }
        assertThat(abundance.groups().get(4).orElseThrow()).isCloseTo(2, within(TOLERANCE));
    }

    @Test
    void only_items_that_were_learned_from_are_ranked() {
        ItemFrequencies frequencies = new ItemFrequencies();
        int often = frequencies.see(impression("often"), Part.LEARN);
        frequencies.see(impression("often"), Part.LEARN_AND_SCORE);
        int once = frequencies.see(impression("once"), Part.LEARN);
        int heldOut = frequencies.see(impression("held out"), Part.SCORE);

        assertThat(List.of(often, once, heldOut)).doesNotHaveDuplicates();
        assertThat(frequencies.see(impression("once"), Part.SCORE)).isEqualTo(once);
        assertThat(frequencies.ranked().counts()).containsExactly(1, 2);
        assertThat(frequencies.ranked().size()).isEqualTo(2);
    }

    @Test
    void without_items_nothing_is_defined() {
        ItemAbundance abundance = ItemAbundance.of(
                new InMemoryEmbeddingStore(initializer, 1),
                layout,
                layout.sets(),
                new RankedItems(new long[0], new int[0]));

        assertThat(abundance.mean()).isEmpty();
        assertThat(abundance.groups()).allMatch(group -> group.isEmpty());
        assertThat(ItemAbundance.NONE.mean()).isEmpty();
    }

    private static Impression impression(String item) {
        return Impression.newBuilder()
                .setId("")
                .setEventTimeMs(0)
                .setUser("")
                .setItem(item)
                .setDomain("")
                .setSlots(List.of())
                .setLabels(Map.of())
                .build();
    }
}

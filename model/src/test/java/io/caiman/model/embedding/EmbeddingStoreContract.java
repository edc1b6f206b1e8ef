package io.caiman.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link EmbeddingStore} must do; a store's test extends this. */
public abstract class EmbeddingStoreContract {

    /** The spec the store is made for. */
    protected static final ModelSpec SPEC = SpecReader.parse("contract", """
            name: m
            task: click
            domains: [a]
            features: [user, item, domain]
            experts: {count: 2}
            embedding: {dimension: 3}
            """);

    private final RowInitializer initializer = new RowInitializer(SPEC);
    private final int stride = initializer.layout().stride();
    private final int statistics = initializer.layout().statistics();

    /** An empty store for {@link #SPEC}. */
    protected abstract EmbeddingStore store() throws Exception;

    @Test
    public void a_row_never_written_is_as_its_initializer_makes_it() throws Exception {
        float[] rows = new float[2 * stride];
        store().gather(new long[] {7, Long.MIN_VALUE}, 2, rows);

        float[] expected = new float[2 * stride];
        initializer.initialize(7, expected, 0);
        initializer.initialize(Long.MIN_VALUE, expected, stride);
        assertThat(rows).containsExactly(expected);
    }

    @Test
    public void any_sequence_of_gathers_scatters_and_deletions_gives_what_a_map_would() throws Exception {
        EmbeddingStore store = store();
        Map<Long, float[]> reference = new HashMap<>();
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            long[] keys = keys(random, 40);
            float[] rows = new float[keys.length * stride];
            store.gather(keys, keys.length, rows);
            for (int i = 0; i < keys.length; i++) {
                float[] row = Arrays.copyOfRange(rows, i * stride, (i + 1) * stride);
                assertThat(row).containsExactly(reference.getOrDefault(keys[i], fresh(keys[i])));
                float[] changed = changed(random, keys[i]);
                System.arraycopy(changed, 0, rows, i * stride, stride);
                if (RowStatistics.sightings(changed, statistics) > 0) {
                    reference.put(keys[i], changed);
                }
            }
            if (round % 5 != 0) {
                store.scatter(keys, keys.length, rows);
            } else {
                // Gathered and not put back, as by a step that was skipped: nothing changes, and all may be deleted.
                store.delete(keys, keys.length);
                Arrays.stream(keys).forEach(reference::remove);
            }
            assertThat(store.census().rows()).isEqualTo(reference.size());
        }
        assertThat(rowsOf(store)).containsExactlyInAnyOrderEntriesOf(asLists(reference));
        for (int feature = 0; feature < SPEC.features().size(); feature++) {
            int wanted = feature;
            assertThat(store.census().ofFeature(feature))
                    .isEqualTo(reference.values().stream()
                            .filter(row -> RowStatistics.feature(row, statistics) == wanted)
                            .count());
        }
    }

    private static long[] keys(Random random, int most) {
        return random.longs(1 + random.nextInt(most), 0, 2000)
                .map(RowKeys::mix)
                .distinct()
                .toArray();
    }

    /** A random row; one in ten without a sighting, which a store does not keep. */
    private float[] changed(Random random, long key) {
        float[] row = new float[stride];
        for (int j = 0; j < statistics; j++) {
            row[j] = random.nextFloat();
        }
        if (random.nextInt(10) > 0) {
            RowStatistics.count(
                    row, statistics, Math.floorMod(key, SPEC.features().size()), 20_000, true, 1f);
        }
        return row;
    }

    private Map<Long, List<Float>> rowsOf(EmbeddingStore store) {
        Map<Long, List<Float>> found = new HashMap<>();
        for (int shard = 0; shard < RowShards.COUNT; shard++) {
            int own = shard;
            store.scan(shard, (key, rows, offset) -> {
                assertThat(RowShards.of(key)).isEqualTo(own);
                assertThat(found.put(key, list(Arrays.copyOfRange(rows, offset, offset + stride))))
                        .isNull();
            });
        }
        return found;
    }

    private static Map<Long, List<Float>> asLists(Map<Long, float[]> rows) {
        Map<Long, List<Float>> lists = new HashMap<>();
        rows.forEach((key, row) -> lists.put(key, list(row)));
        return lists;
    }

    private static List<Float> list(float[] row) {
        List<Float> list = new ArrayList<>();
        for (float value : row) {
            list.add(value);
        }
        return list;
    }

    private float[] fresh(long key) {
        float[] row = new float[stride];
        initializer.initialize(key, row, 0);
        return row;
    }
}

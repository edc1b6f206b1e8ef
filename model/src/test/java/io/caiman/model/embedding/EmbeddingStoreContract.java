package io.caiman.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import java.util.Arrays;
import java.util.HashMap;
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
    public void any_sequence_of_gathers_and_scatters_gives_what_a_map_would() throws Exception {
        EmbeddingStore store = store();
        Map<Long, float[]> reference = new HashMap<>();
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            long[] keys = random.longs(1 + random.nextInt(40), 0, 2000)
                    .map(RowKeys::mix)
                    .distinct()
                    .toArray();
            float[] rows = new float[keys.length * stride];
            store.gather(keys, keys.length, rows);
            for (int i = 0; i < keys.length; i++) {
                float[] row = Arrays.copyOfRange(rows, i * stride, (i + 1) * stride);
                assertThat(row).containsExactly(reference.computeIfAbsent(keys[i], this::fresh));
                for (int j = 0; j < stride; j++) {
                    rows[i * stride + j] = random.nextFloat();
                }
                reference.put(keys[i], Arrays.copyOfRange(rows, i * stride, (i + 1) * stride));
            }
            store.scatter(keys, keys.length, rows);
        }
    }

    private float[] fresh(long key) {
        float[] row = new float[stride];
        initializer.initialize(key, row, 0);
        return row;
    }
}

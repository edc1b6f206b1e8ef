package io.caiman.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import org.junit.jupiter.api.Test;

class RowInitializerTest {

    private final ModelSpec spec = SpecReader.parse("test", """
            name: m
            task: click
            domains: [a]
            features: [user, item, domain]
            experts: {count: 3}
            embedding: {dimension: 8, initial-scale: 0.2}
            row-optimizer: {initial-accumulator: 0.3}
            wide: {mode: batch, initial-accumulator: 0.4, factors: {features: [user], dimension: 4, initial-scale: 0.1, initial-accumulator: 0.7}}
            """);
    private final RowInitializer initializer = new RowInitializer(spec);
    private final RowLayout layout = initializer.layout();

    @Test
    void weights_are_uniform_within_the_scale() {
        int rows = 2000;
        int weights = layout.embeddings() * layout.dimension();
        double sum = 0;
        double squares = 0;
        for (int key = 0; key < rows; key++) {
            float[] row = row(initializer, key);
            for (int i = 0; i < weights; i++) {
                assertThat(Math.abs(row[i])).isLessThanOrEqualTo(0.2f);
                sum += row[i];
                squares += row[i] * row[i];
            }
        }
        double n = (double) rows * weights;
        double variance = 0.2 * 0.2 / 3;
        assertThat(sum / n).isCloseTo(0, within(5 * Math.sqrt(variance / n)));
        assertThat(squares / n).isCloseTo(variance, within(variance * 0.02));
    }

    @Test
    void bias_and_accumulators_start_where_the_spec_says() {
        float[] row = row(initializer, 12);

        for (int embedding = 0; embedding < layout.embeddings(); embedding++) {
            assertThat(row[layout.accumulator(embedding)]).isEqualTo(0.3f);
        }
        assertThat(row[layout.bias(0)]).isZero();
        assertThat(row[layout.biasAccumulator(0)]).isEqualTo(0.4f);
        assertThat(row[layout.factorAccumulator(0)]).isEqualTo(0.7f);
        for (int i = layout.statistics(); i < layout.stride(); i++) {
            assertThat(row[i]).isZero();
        }
        for (int i = 0; i < layout.factors(); i++) {
            assertThat(Math.abs(row[layout.factor(0) + i])).isGreaterThan(0f).isLessThanOrEqualTo(0.1f);
        }
    }

    @Test
    void first_values_depend_on_key_and_seed() {
        assertThat(row(initializer, 1)).containsExactly(row(new RowInitializer(spec), 1));
        assertThat(row(initializer, 1)).isNotEqualTo(row(initializer, 2));
        assertThat(row(initializer, 1)).isNotEqualTo(row(new RowInitializer(spec.withSeed(2)), 1));
    }

    private float[] row(RowInitializer from, long key) {
        float[] row = new float[layout.stride()];
        from.initialize(key, row, 0);
        return row;
    }
}

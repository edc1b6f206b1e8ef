package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiversityIndexTest {

    @ParameterizedTest
    @CsvSource({"1, 1, 0.75, 0.25", "7, 2, 0.75, 0.25", "50, 5, 0.9, 0.1", "50, 3, 1, 0", "400, 10, 0.5, 0.4"})
    void both_forms_follow_their_definition(int samples, int experts, double topQuantile, double bottomQuantile) {
        for (long seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            float[] norms = new float[samples * experts];
            for (int i = 0; i < norms.length; i++) {
                // Some equal norms, 0 among them, as ReLU makes them.
                norms[i] = random.nextInt(4) == 0 ? random.nextInt(2) : random.nextFloat();
            }
            float top = quantile(norms, topQuantile);
            float bottom = quantile(norms, bottomQuantile);
            int[] conflicts = random.ints(1 + samples / 2, 0, samples).toArray();
            int i = random.nextInt(experts);
            int j = random.nextInt(experts);
            double allForward = 0;
            double specificForward = 0;
            for (int sample : conflicts) {
                boolean found = false;
                for (int p = 0; p < experts; p++) {
                    for (int q = 0; q < experts; q++) {
                        found |= norms[sample * experts + p] >= top && norms[sample * experts + q] <= bottom;
                    }
                }
                allForward += found ? 1 : 0;
                specificForward += norms[sample * experts + i] >= top && norms[sample * experts + j] <= bottom ? 1 : 0;
            }
            DiversityIndex index = new DiversityIndex(norms, experts, topQuantile, bottomQuantile);
            if (top == bottom) {
                assertThat(index.allForward(conflicts)).isEmpty();
                assertThat(index.specificForward(conflicts, i, j)).isEmpty();
            } else {
                assertThat(index.allForward(conflicts)).hasValue(allForward / conflicts.length);
                assertThat(index.specificForward(conflicts, i, j)).hasValue(specificForward / conflicts.length);
            }
        }
    }

    @Test
    void thresholds_are_quantiles_over_all_samples_and_experts() {
        // 1..8: tau_b = 2, tau_t = 6.
        DiversityIndex index = byDefault(new float[] {1, 6, 2, 5, 3, 7, 4, 8}, 2);
        assertThat(index.allForward(new int[] {0, 1, 2, 3})).hasValue(0.25);
        assertThat(index.allForward(new int[] {0})).hasValue(1);
        assertThat(index.specificForward(new int[] {0}, 1, 0)).hasValue(1);
        assertThat(index.specificForward(new int[] {0}, 0, 1)).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(floats = {1e-20f, 0.125f, 64, 1e20f})
    void the_scale_of_the_norms_does_not_matter(float scale) {
        Random random = new Random(5);
        float[] norms = new float[300];
        float[] scaled = new float[300];
        for (int i = 0; i < norms.length; i++) {
            norms[i] = random.nextInt(100);
            scaled[i] = scale * norms[i];
        }
        int[] samples = {0, 3, 8, 20, 50, 99};
        assertThat(byDefault(scaled, 3).allForward(samples))
                .isEqualTo(byDefault(norms, 3).allForward(samples));
    }

    @Test
    void without_conflict_samples_it_is_undefined() {
        DiversityIndex index = byDefault(new float[] {1, 2, 3, 4}, 2);
        assertThat(index.allForward(new int[0])).isEmpty();
        assertThat(index.specificForward(new int[0], 0, 1)).isEmpty();
        assertThat(byDefault(new float[0], 2).allForward(new int[0])).isEmpty();
    }

    @Test
    void dead_experts_do_not_pass_for_diverse_ones() {
        assertThat(byDefault(new float[] {0, 0, 0, 0, 0, 0, 0, 1}, 2).allForward(new int[] {0, 1}))
                .isEmpty();
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> byDefault(new float[3], 2));
        assertThatIllegalArgumentException().isThrownBy(() -> byDefault(new float[3], 0));
        for (float norm : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> byDefault(new float[] {norm}, 1))
                    .withMessageContaining(String.valueOf(norm));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new DiversityIndex(new float[2], 2, 0.3, 0.3));
        assertThatIllegalArgumentException().isThrownBy(() -> new DiversityIndex(new float[2], 2, Double.NaN, 0.3));
        DiversityIndex index = byDefault(new float[] {1, 2}, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> index.allForward(new int[] {1}))
                .withMessageContaining("sample 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> index.specificForward(new int[] {0}, 0, 2))
                .withMessageContaining("expert 2");
    }

    private static DiversityIndex byDefault(float[] norms, int experts) {
        return new DiversityIndex(norms, experts, DiversityIndex.TOP_QUANTILE, DiversityIndex.BOTTOM_QUANTILE);
    }

    /** The least norm such that at least this share of the norms is no greater. */
    private static float quantile(float[] norms, double share) {
        float[] candidates = norms.clone();
        Arrays.sort(candidates);
        for (float candidate : candidates) {
            long noGreater = 0;
            for (float norm : norms) {
                noGreater += norm <= candidate ? 1 : 0;
            }
            if (noGreater >= share * norms.length) {
                return candidate;
            }
        }
        throw new AssertionError("the greatest norm is no less than any");
    }
}

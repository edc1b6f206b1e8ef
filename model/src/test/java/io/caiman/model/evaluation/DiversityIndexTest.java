package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DiversityIndexTest {

    @Test
    void agrees_with_eq_1_read_word_by_word() {
        Random random = new Random(3);
        for (int round = 0; round < 50; round++) {
            int samples = 1 + random.nextInt(40);
            int experts = 1 + random.nextInt(5);
            float[] norms = new float[samples * experts];
            for (int i = 0; i < norms.length; i++) {
                norms[i] = random.nextInt(12);
            }
            int[] conflicts = random.ints(1 + random.nextInt(20), 0, samples).toArray();
            int i = random.nextInt(experts);
            int j = random.nextInt(experts);
            double top = quantile(norms, 0.8);
            double bottom = quantile(norms, 0.3);
            DiversityIndex index = new DiversityIndex(norms, experts, 0.8, 0.3);
            if (top == bottom) {
                assertThat(index.allForward(conflicts)).isEmpty();
                continue;
            }
            double all = 0;
            double specific = 0;
            for (int k : conflicts) {
                boolean exists = false;
                for (int p = 0; p < experts; p++) {
                    for (int q = 0; q < experts; q++) {
                        exists |= norms[k * experts + p] >= top && norms[k * experts + q] <= bottom;
                    }
                }
                all += exists ? 1 : 0;
                specific += norms[k * experts + i] >= top && norms[k * experts + j] <= bottom ? 1 : 0;
            }

            assertThat(index.allForward(conflicts)).hasValue(all / conflicts.length);
            assertThat(index.specificForward(conflicts, i, j)).hasValue(specific / conflicts.length);
        }
    }

    /** The least norm such that at least a share of the norms is no greater. */
    private static double quantile(float[] norms, double share) {
        List<Float> candidates = new ArrayList<>();
        for (float norm : norms) {
            candidates.add(norm);
        }
        Collections.sort(candidates);
        for (float candidate : candidates) {
            double notGreater =
                    candidates.stream().filter(norm -> norm <= candidate).count();
            if (notGreater >= share * norms.length) {
                return candidate;
            }
        }
        throw new AssertionError("no quantile");
    }

    @Test
    void is_undefined_without_conflicts_and_where_all_norms_are_the_same() {
        assertThat(new DiversityIndex(new float[] {1, 2}, 2, 0.75, 0.25).allForward(new int[0]))
                .isEmpty();
        assertThat(new DiversityIndex(new float[4], 2, 0.75, 0.25).allForward(new int[] {0}))
                .isEmpty();
    }

    @Test
    void thresholds_in_the_wrong_order_are_refused() {
        assertThatThrownBy(() -> new DiversityIndex(new float[2], 2, 0.2, 0.7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bottom < top");
    }

    @Test
    void conflict_samples_are_those_of_users_who_mostly_like_here_and_mostly_dislike_there() {
        Random random = new Random(8);
        int n = 400;
        int[] users = random.ints(n, 0, 6).toArray();
        int[] objects = random.ints(n, -3, 3).toArray();
        int[] domains = random.ints(n, 0, 3).toArray();
        boolean[] labels = new boolean[n];
        Map<String, Integer> balances = new HashMap<>();
        for (int k = 0; k < n; k++) {
            labels[k] = random.nextInt(3) == 0;
            balances.merge(users[k] + " " + objects[k] + " " + domains[k], labels[k] ? 1 : -1, Integer::sum);
        }
        ConflictSamples conflicts = ConflictSamples.of(users, objects, domains, labels, 3);
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                if (i != j) {
                    List<Integer> expected = new ArrayList<>();
                    for (int k = 0; k < n; k++) {
                        String pair = users[k] + " " + objects[k] + " ";
                        if ((domains[k] == i || domains[k] == j)
                                && balances.getOrDefault(pair + i, 0) > 0
                                && balances.getOrDefault(pair + j, 0) < 0) {
                            expected.add(k);
                        }
                    }
                    assertThat(conflicts.between(i, j))
                            .containsExactly(expected.stream()
                                    .mapToInt(Integer::intValue)
                                    .toArray());
                    assertThat(expected).as("the test has something to find").isNotEmpty();
                }
            }
        }
        assertThatThrownBy(() -> conflicts.between(1, 1)).hasMessageContaining("different");
    }
}

package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConflictSamplesTest {

    @ParameterizedTest
    @CsvSource({"40, 2, 2, 2", "300, 8, 6, 3", "300, 30, 1, 5", "300, 200, 50, 4"})
    void samples_are_those_whose_labels_are_mostly_true_in_the_one_and_mostly_false_in_the_other(
            int size, int users, int objects, int domainCount) {
        int found = 0;
        for (long seed = 0; seed < 5; seed++) {
            Random random = new Random(seed);
            int[] user = random.ints(size, -users / 2, users - users / 2).toArray();
            int[] object =
                    random.ints(size, -objects / 2, objects - objects / 2).toArray();
            int[] domain = random.ints(size, 0, domainCount).toArray();
            boolean[] label = labels(random, size);
            ConflictSamples conflicts = ConflictSamples.of(user, object, domain, label, domainCount);
            for (int i = 0; i < domainCount; i++) {
                for (int j = 0; j < domainCount; j++) {
                    if (i != j) {
                        int positive = i;
                        int negative = j;
                        int[] expected = IntStream.range(0, size)
                                .filter(k -> domain[k] == positive || domain[k] == negative)
                                .filter(k -> shareOfTrue(user, object, domain, label, k, positive) > 0.5)
                                .filter(k -> shareOfTrue(user, object, domain, label, k, negative) < 0.5)
                                .toArray();
                        found += expected.length;
                        assertThat(conflicts.between(i, j)).containsExactly(expected);
                    }
                }
            }
        }
        assertThat(found).isPositive();
    }

    @Test
    void a_tie_in_either_domain_is_no_conflict() {
        int[] same = {1, 1, 1, 1};
        assertThat(ConflictSamples.of(same, same, new int[] {0, 0, 1, 1}, new boolean[] {true, true, true, false}, 2)
                        .between(0, 1))
                .isEmpty();
        assertThat(ConflictSamples.of(same, same, new int[] {0, 0, 1, 1}, new boolean[] {true, false, false, false}, 2)
                        .between(0, 1))
                .isEmpty();
        assertThat(ConflictSamples.of(same, same, new int[] {0, 1, 1, 1}, new boolean[] {true, true, false, false}, 2)
                        .between(0, 1))
                .containsExactly(0, 1, 2, 3);
    }

    @Test
    void what_another_user_did_with_the_object_is_no_conflict() {
        ConflictSamples conflicts = ConflictSamples.of(
                new int[] {1, 2}, new int[] {7, 7}, new int[] {0, 1}, new boolean[] {true, false}, 2);
        assertThat(conflicts.between(0, 1)).isEmpty();
    }

    @Test
    void the_order_of_the_domains_matters() {
        ConflictSamples conflicts = ConflictSamples.of(
                new int[] {1, 1}, new int[] {7, 7}, new int[] {0, 1}, new boolean[] {true, false}, 3);
        assertThat(conflicts.between(0, 1)).containsExactly(0, 1);
        assertThat(conflicts.between(1, 0)).isEmpty();
        assertThat(conflicts.between(0, 2)).isEmpty();
    }

    @Test
    void no_impressions_have_no_conflicts() {
        assertThat(ConflictSamples.of(new int[0], new int[0], new int[0], new boolean[0], 2)
                        .between(0, 1))
                .isEmpty();
    }

    @Test
    void what_does_not_fit_is_refused() {
        int[] one = {1};
        boolean[] yes = {true};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConflictSamples.of(one, one, one, yes, 1))
                .withMessageContaining("domain 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConflictSamples.of(one, new int[2], one, yes, 2))
                .withMessageContaining("2 objects");
        ConflictSamples conflicts = ConflictSamples.of(one, one, one, yes, 2);
        assertThatIllegalArgumentException().isThrownBy(() -> conflicts.between(1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> conflicts.between(-1, 1));
    }

    private static boolean[] labels(Random random, int size) {
        boolean[] labels = new boolean[size];
        for (int k = 0; k < size; k++) {
            labels[k] = random.nextBoolean();
        }
        return labels;
    }

    /** NaN, which is neither above nor below one half, where the domain has none. */
    private static double shareOfTrue(int[] users, int[] objects, int[] domains, boolean[] labels, int of, int domain) {
        return IntStream.range(0, users.length)
                .filter(k -> users[k] == users[of] && objects[k] == objects[of] && domains[k] == domain)
                .mapToDouble(k -> labels[k] ? 1 : 0)
                .average()
                .orElse(Double.NaN);
    }
}

package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class DomainRanksTest {

    @Test
    void is_the_mean_over_domains_of_the_place_and_equals_share_theirs() {
        assertThat(DomainRanks.mean(List.of(row(0.9, 0.5, 0.7), row(0.8, 0.5, 0.9), row(0.7, 0.6, 0.8))))
                .containsExactly(
                        OptionalDouble.of((1 + 2.5 + 3) / 3),
                        OptionalDouble.of((2 + 2.5 + 1) / 3),
                        OptionalDouble.of((3 + 1 + 2) / 3.0));
    }

    @Test
    void leaves_out_domains_where_a_model_has_no_figure() {
        assertThat(DomainRanks.mean(List.of(
                        List.of(OptionalDouble.of(0.6), OptionalDouble.of(0.1)),
                        List.of(OptionalDouble.of(0.5), OptionalDouble.empty()))))
                .containsExactly(OptionalDouble.of(1), OptionalDouble.of(2));
        assertThat(DomainRanks.mean(List.of(List.of(OptionalDouble.empty()), List.of(OptionalDouble.of(1)))))
                .containsExactly(OptionalDouble.empty(), OptionalDouble.empty());
    }

    private static List<OptionalDouble> row(double... metrics) {
        return java.util.Arrays.stream(metrics).mapToObj(OptionalDouble::of).toList();
    }
}

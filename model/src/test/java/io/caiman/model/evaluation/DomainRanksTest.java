package io.caiman.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DomainRanksTest {

    private static final Offset<Double> ROUNDING = within(1e-12);
    private static final OptionalDouble UNDEFINED = OptionalDouble.empty();

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 5", "4, 3", "7, 20"})
    void ranks_are_the_mean_places_in_the_sorted_list_of_each_domain(int models, int domains) {
        for (long seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            List<List<OptionalDouble>> metrics = new ArrayList<>();
            for (int model = 0; model < models; model++) {
                metrics.add(random.ints(domains, 0, 5)
                        .mapToObj(metric -> OptionalDouble.of(metric / 4.0))
                        .toList());
            }
            List<OptionalDouble> ranks = DomainRanks.mean(metrics);
            for (int model = 0; model < models; model++) {
                double sum = 0;
                for (int d = 0; d < domains; d++) {
                    int domain = d;
                    List<Double> sorted = metrics.stream()
                            .map(ofModel -> ofModel.get(domain).orElseThrow())
                            .sorted(Comparator.reverseOrder())
                            .toList();
                    double own = metrics.get(model).get(domain).orElseThrow();
                    sum += IntStream.range(0, models)
                            .filter(place -> sorted.get(place) == own)
                            .mapToDouble(place -> place + 1)
                            .average()
                            .orElseThrow();
                }
                assertThat(ranks.get(model)).hasValueCloseTo(sum / domains, ROUNDING);
            }
        }
    }

    @Test
    void the_greatest_metric_ranks_first_and_equal_models_share_the_mean() {
        assertThat(DomainRanks.mean(List.of(row(0.7), row(0.9), row(0.7), row(0.6))))
                .containsExactly(
                        OptionalDouble.of(2.5), OptionalDouble.of(1), OptionalDouble.of(2.5), OptionalDouble.of(4));
    }

    @Test
    void domains_in_which_any_model_is_undefined_are_left_out() {
        assertThat(DomainRanks.mean(List.of(
                        List.of(OptionalDouble.of(0.9), OptionalDouble.of(0.1)),
                        List.of(UNDEFINED, OptionalDouble.of(0.2)))))
                .containsExactly(OptionalDouble.of(2), OptionalDouble.of(1));
    }

    @Test
    void ranks_are_undefined_where_no_domain_is_left() {
        assertThat(DomainRanks.mean(List.of(List.of(UNDEFINED), row(0.5)))).containsExactly(UNDEFINED, UNDEFINED);
        assertThat(DomainRanks.mean(List.of(List.of(), List.of()))).containsExactly(UNDEFINED, UNDEFINED);
        assertThat(DomainRanks.mean(List.of())).isEmpty();
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DomainRanks.mean(List.of(row(0.5), List.of())))
                .withMessageContaining("0 metrics of model 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DomainRanks.mean(List.of(row(0.5), row(Double.NaN))))
                .withMessageContaining("NaN of model 1 in domain 0");
    }

    private static List<OptionalDouble> row(double metric) {
        return List.of(OptionalDouble.of(metric));
    }
}

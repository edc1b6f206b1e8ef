package io.caiman.local.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A figure of one model over its seeds.
 *
 * @param mean absent where the figure of any seed is undefined
 * @param standardDeviation of the sample (divided by n - 1); absent with a single seed too
 * @param bySeed the figure of each seed; empty where any is undefined
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record OverSeeds(OptionalDouble mean, OptionalDouble standardDeviation, List<Double> bySeed) {

    static final OverSeeds UNDEFINED = new OverSeeds(OptionalDouble.empty(), OptionalDouble.empty(), List.of());

    OverSeeds {
        bySeed = List.copyOf(bySeed);
    }

    static OverSeeds of(List<OptionalDouble> bySeed) {
        if (bySeed.isEmpty() || !bySeed.stream().allMatch(OptionalDouble::isPresent)) {
            return UNDEFINED;
        }
        List<Double> values = bySeed.stream().map(OptionalDouble::getAsDouble).toList();
        double mean = values.stream().mapToDouble(value -> value).sum() / values.size();
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return new OverSeeds(
                OptionalDouble.of(mean),
                values.size() == 1
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(Math.sqrt(squares / (values.size() - 1))),
                values);
    }

    /** {@code [seeds]}, in a new array. */
    double[] toArray() {
        return bySeed.stream().mapToDouble(value -> value).toArray();
    }
}

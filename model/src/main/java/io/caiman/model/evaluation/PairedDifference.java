package io.caiman.model.evaluation;

/**
 * How far a metric of a second model is from that of a first on the same impressions, and how sure that is.
 *
 * @param first the first model's metric
 * @param second the second model's metric
 * @param standardError of the difference, 0 or more
 * @param low lower end of the 95 % confidence interval of the difference
 * @param high upper end of it
 * @param pValue two-sided, of the hypothesis that the models are equal, in [0, 1]
 */
public record PairedDifference(
        double first, double second, double standardError, double low, double high, double pValue) {

    /** The share of the intervals' misses, both sides together: the intervals are of 95 %. */
    static final double MISSES = 0.05;

    public PairedDifference {
        if (!Double.isFinite(first) || !Double.isFinite(second)) {
            throw new IllegalArgumentException("metrics %s and %s: expected finite numbers".formatted(first, second));
        }
        if (!(standardError >= 0 && standardError < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "standard error %s: expected a finite number, 0 or more".formatted(standardError));
        }
        if (!(low <= high)) {
            throw new IllegalArgumentException("interval [%s, %s]: expected its lower end first".formatted(low, high));
        }
        if (!(pValue >= 0 && pValue <= 1)) {
            throw new IllegalArgumentException("p-value %s: expected a number in [0, 1]".formatted(pValue));
        }
    }

    /** {@code second - first}: positive where the second model has the greater metric. */
    public double difference() {
        return second - first;
    }
}

package io.caiman.local.figures;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.RankedScores;
import io.caiman.schemas.avro.DomainMetrics;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Quality on some impressions. A figure that is undefined is absent, here and in JSON.
 *
 * @param auc in [0, 1], ties counting half; absent unless there are both a positive and a negative
 * @param gauc in [0, 1], see {@link GroupedAuc}; absent where no user has both
 * @param logLoss mean loss of a score, 0 or more; absent without impressions
 * @param calibration predicted over observed positives; absent where nothing was positive
 * @param impressions number of scores
 * @param positives number of those with a true label
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Figures(
        OptionalDouble auc,
        OptionalDouble gauc,
        OptionalDouble logLoss,
        OptionalDouble calibration,
        long impressions,
        long positives) {

    /** The figures of no impressions. */
    public static final Figures NONE = new Figures(
            OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), 0, 0);

    /**
     * The exact figures of some impressions.
     *
     * @param users [n], the user of each impression, any numbers
     * @param scores [n], each in [0, 1]
     * @param labels [n]
     */
    public static Figures exactly(int[] users, double[] scores, boolean[] labels) {
        QualitySums sums = QualitySums.of(scores, labels);
        return new Figures(
                RankedScores.of(scores, labels).auc(),
                GroupedAuc.of(users, scores, labels).gauc(),
                sums.logLoss(),
                sums.calibration(),
                sums.impressions(),
                sums.positives());
    }

    /** The figures the metrics job published. */
    public static Figures of(DomainMetrics metrics) {
        return new Figures(
                optional(metrics.getAuc()),
                optional(metrics.getGauc()),
                optional(metrics.getLogLoss()),
                optional(metrics.getCalibration()),
                metrics.getImpressions(),
                metrics.getPositives());
    }

    private static OptionalDouble optional(@Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}

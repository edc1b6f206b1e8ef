package io.caiman.dashboard;

import io.caiman.schemas.avro.DomainMetrics;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The figures of one {@link DomainMetrics}; empty where undefined, or where what was published is no number. */
record Figures(
        long startMs,
        long endMs,
        long impressions,
        long positives,
        long users,
        OptionalDouble auc,
        OptionalDouble gauc,
        OptionalDouble logLoss,
        OptionalDouble calibration) {

    static Figures of(DomainMetrics metrics) {
        return new Figures(
                metrics.getStartMs(),
                metrics.getEndMs(),
                metrics.getImpressions(),
                metrics.getPositives(),
                metrics.getUsers(),
                defined(metrics.getAuc()),
                defined(metrics.getGauc()),
                defined(metrics.getLogLoss()),
                defined(metrics.getCalibration()));
    }

    Point point(long version) {
        return new Point(endMs, impressions, positives, auc, gauc, logLoss, calibration, version);
    }

    static OptionalDouble defined(@Nullable Double figure) {
        return figure == null || !Double.isFinite(figure) ? OptionalDouble.empty() : OptionalDouble.of(figure);
    }
}

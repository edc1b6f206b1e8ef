package io.caiman.jobs.metrics;

import io.caiman.jobs.options.WindowName;
import io.caiman.jobs.predictions.Scope;
import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.model.evaluation.QualitySums;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The published records and their keys. */
final class Records {

    private Records() {}

    static DomainMetrics rolling(
            Scope scope, long start, long end, int revision, PaneFigures figures, GroupedAuc grouped) {
        return record(
                scope,
                WindowKind.ROLLING,
                WindowName.of(end - start),
                start,
                end,
                revision,
                figures.sums(),
                figures.histogram().auc(),
                grouped);
    }

    static DomainMetrics last(Scope scope, int count, LastImpressions.Window window) {
        return record(
                scope,
                WindowKind.COUNT,
                "last " + count,
                window.first(),
                window.last(),
                0,
                window.sums(),
                window.scores().auc(),
                window.grouped());
    }

    static DomainMetrics cumulative(Scope scope, CumulativeFigures soFar) {
        return record(
                scope,
                WindowKind.CUMULATIVE,
                "all",
                soFar.first(),
                soFar.last(),
                0,
                soFar.figures().sums(),
                soFar.figures().histogram().auc(),
                soFar.grouped());
    }

    /** What a record is about. */
    static Scope scope(DomainMetrics metrics) {
        return new Scope(metrics.getModel(), metrics.getTask(), Optional.ofNullable(metrics.getDomain()));
    }

    /**
     * What a record replaces the older records of in a compacted topic: {@code
     * model/task/domain=D/ROLLING/window/endMs}, {@code model/task/domain=D/COUNT/window}, {@code
     * model/task/domain=D/CUMULATIVE/all}, and {@code overall} in place of {@code domain=D} over all domains. Names are
     * percent-encoded, so no name can pass for another key.
     */
    static String key(DomainMetrics metrics) {
        String domain = metrics.getDomain() == null ? "overall" : "domain=" + encoded(metrics.getDomain());
        String about = String.join(
                "/",
                encoded(metrics.getModel()),
                encoded(metrics.getTask()),
                domain,
                metrics.getKind().name(),
                encoded(metrics.getWindow()));
        return metrics.getKind() == WindowKind.ROLLING ? about + "/" + metrics.getEndMs() : about;
    }

    private static DomainMetrics record(
            Scope scope,
            WindowKind kind,
            String window,
            long start,
            long end,
            int revision,
            QualitySums sums,
            OptionalDouble auc,
            GroupedAuc grouped) {
        return new DomainMetrics(
                scope.model(),
                scope.task(),
                scope.domain().orElse(null),
                kind,
                window,
                start,
                end,
                revision,
                sums.impressions(),
                sums.positives(),
                grouped.users(),
                orNull(auc),
                orNull(grouped.gauc()),
                orNull(sums.logLoss()),
                orNull(sums.calibration()));
    }

    private static @Nullable Double orNull(OptionalDouble figure) {
        return figure.isPresent() ? figure.getAsDouble() : null;
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}

package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.WindowKind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The published records and their keys. */
final class Records {

    private Records() {}

    static DomainMetrics rolling(Scope scope, long start, long end, PaneFigures figures, GroupedAuc grouped) {
        return record(scope, WindowKind.ROLLING, start, end, figures, grouped);
    }

    static DomainMetrics cumulative(Scope scope, CumulativeFigures soFar) {
        return record(scope, WindowKind.CUMULATIVE, soFar.first(), soFar.last(), soFar.figures(), soFar.grouped());
    }

    /**
     * What a record replaces the older records of in a compacted topic: {@code
     * model/task/domain=D/ROLLING/endMs}, {@code model/task/domain=D/CUMULATIVE}, and {@code overall} in place of {@code
     * domain=D} over all domains. Names are percent-encoded, so no name can pass for another key.
     */
    static String key(DomainMetrics metrics) {
        String domain = metrics.getDomain() == null ? "overall" : "domain=" + encoded(metrics.getDomain());
        String about = "%s/%s/%s/%s"
                .formatted(encoded(metrics.getModel()), encoded(metrics.getTask()), domain, metrics.getKind());
        return metrics.getKind() == WindowKind.ROLLING ? about + "/" + metrics.getEndMs() : about;
    }

    private static DomainMetrics record(
            Scope scope, WindowKind kind, long start, long end, PaneFigures figures, GroupedAuc grouped) {
        return new DomainMetrics(
                scope.model(),
                scope.task(),
                scope.domain().orElse(null),
                kind,
                kind == WindowKind.ROLLING ? Duration.ofMillis(end - start).toString() : "all",
                start,
                end,
                0,
                figures.sums().impressions(),
                figures.sums().positives(),
                grouped.users(),
                orNull(figures.histogram().auc()),
                orNull(grouped.gauc()),
                orNull(figures.sums().logLoss()),
                orNull(figures.sums().calibration()));
    }

    private static @Nullable Double orNull(OptionalDouble figure) {
        return figure.isPresent() ? figure.getAsDouble() : null;
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}

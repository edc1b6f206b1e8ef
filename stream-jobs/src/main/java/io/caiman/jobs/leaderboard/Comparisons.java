package io.caiman.jobs.leaderboard;

import io.caiman.jobs.options.LeastEvidence;
import io.caiman.jobs.options.WindowName;
import io.caiman.jobs.predictions.Scope;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.WindowKind;
import java.io.Serializable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes the published records.
 *
 * @param baseline the model compared with
 * @param least what there must be before a difference is told
 */
record Comparisons(String baseline, LeastEvidence least) implements Serializable {

    private static final String ALL = "all";

    ModelComparison rolling(Scope scope, Window window, int revision, PairSample pairs) {
        return record(
                scope,
                WindowKind.ROLLING,
                WindowName.of(window.length()),
                window.start(),
                window.end(),
                revision,
                Figures.of(pairs, least));
    }

    ModelComparison cumulative(Scope scope, PairsSoFar soFar) {
        return record(
                scope, WindowKind.CUMULATIVE, ALL, soFar.first(), soFar.last(), 0, Figures.of(soFar.sample(), least));
    }

    /**
     * What a record replaces the older records of in a compacted topic: {@code baseline/model/task/domain=D/ROLLING/window/endMs},
     * {@code baseline/model/task/domain=D/CUMULATIVE}, and {@code overall} in place of {@code domain=D} over all domains. Names
     * are percent-encoded, so no name can pass for another key.
     */
    static String key(ModelComparison comparison) {
        String domain = comparison.getDomain() == null ? "overall" : "domain=" + encoded(comparison.getDomain());
        String about = "%s/%s/%s/%s/%s"
                .formatted(
                        encoded(comparison.getBaseline()),
                        encoded(comparison.getModel()),
                        encoded(comparison.getTask()),
                        domain,
                        comparison.getKind());
        return comparison.getKind() == WindowKind.ROLLING
                ? about + "/" + comparison.getWindow() + "/" + comparison.getEndMs()
                : about;
    }

    private ModelComparison record(
            Scope scope, WindowKind kind, String window, long start, long end, int revision, Figures figures) {
        return new ModelComparison(
                baseline,
                scope.model(),
                scope.task(),
                scope.domain().orElse(null),
                kind,
                window,
                start,
                end,
                revision,
                figures.impressions(),
                figures.positives(),
                figures.users(),
                orNull(figures.baselineAuc()),
                orNull(figures.auc()),
                orNull(figures.baselineGauc()),
                orNull(figures.gauc()),
                orNull(figures.difference(), Figures.Difference::gain),
                orNull(figures.difference(), Figures.Difference::pValue),
                orNull(figures.difference(), Figures.Difference::low),
                orNull(figures.difference(), Figures.Difference::high),
                figures.tooLittle().orElse(null));
    }

    private static @Nullable Double orNull(OptionalDouble figure) {
        return figure.isPresent() ? figure.getAsDouble() : null;
    }

    private static @Nullable Double orNull(
            Optional<Figures.Difference> difference, ToDoubleFunction<Figures.Difference> part) {
        return difference.isPresent() ? part.applyAsDouble(difference.get()) : null;
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}

package io.caiman.local.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.caiman.schemas.avro.DomainMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run. A figure that is undefined is absent, here and in the JSON.
 *
 * @param impressions sent, by this process or before it was restarted
 * @param seconds this process took from starting the jobs to the last prediction
 * @param impressionsPerSecond predictions of this process over {@code seconds}: from the log to committed predictions
 * @param trainingStepShare share of {@code seconds} spent in the training step
 * @param oracle the best possible figures, where the truth is known
 * @param lastQuarter the last quarter of the impressions, with the oracle, where the truth is known
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record Report(
        String dataset,
        String model,
        long impressions,
        long predictions,
        long deadLetters,
        double seconds,
        double impressionsPerSecond,
        OptionalDouble trainingStepShare,
        Figures overall,
        List<DomainFigures> domains,
        Optional<Oracle> oracle,
        Optional<LastQuarter> lastQuarter) {

    private static final ObjectMapper JSON =
            new ObjectMapper().registerModule(new Jdk8Module()).enable(SerializationFeature.INDENT_OUTPUT);

    void write(Path file) throws IOException {
        JSON.writeValue(file.toFile(), this);
    }

    /** Quality on some impressions. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Figures(
            OptionalDouble auc,
            OptionalDouble gauc,
            OptionalDouble logLoss,
            OptionalDouble calibration,
            long impressions,
            long positives) {

        static final Figures NONE = new Figures(
                OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), 0, 0);

        static Figures of(DomainMetrics metrics) {
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

    /** Quality on one domain. */
    record DomainFigures(String domain, @JsonUnwrapped Figures figures) {}

    /** The best that any model could reach: what the true probabilities reach. */
    record Oracle(Figures overall, List<DomainFigures> domains) {}

    /** The last quarter of the impressions. */
    record LastQuarter(Figures overall, List<DomainFigures> domains, Oracle oracle) {}
}

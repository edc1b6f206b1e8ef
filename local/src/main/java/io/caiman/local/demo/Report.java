package io.caiman.local.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.caiman.local.figures.DomainFigures;
import io.caiman.local.figures.Figures;
import io.caiman.schemas.avro.ModelComparison;
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
 * @param model the first one, as {@code overall}, {@code domains}, {@code health} and all that follows but {@code models}
 *     and {@code tasks}; {@code overall}, {@code domains} and {@code models} are of the first task
 * @param predictions of all models and tasks
 * @param impressionsPerSecond impressions predicted by this process and one model over {@code seconds}: from the log to
 *     committed predictions
 * @param trainingStepShare share of {@code seconds} that the model which takes longest spent in the training step
 * @param health the model's health at the end
 * @param models each of several models; absent where there is one
 * @param tasks each of several tasks; absent where there is one
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
        Health health,
        Optional<List<ModelFigures>> models,
        Optional<List<TaskFigures>> tasks,
        Optional<Oracle> oracle,
        Optional<LastQuarter> lastQuarter) {

    private static final ObjectMapper JSON =
            new ObjectMapper().registerModule(new Jdk8Module()).enable(SerializationFeature.INDENT_OUTPUT);

    void write(Path file) throws IOException {
        JSON.writeValue(file.toFile(), this);
    }

    /**
     * A model's health, as last told.
     *
     * @param steps mini-batches learned from when it was last told
     * @param skippedSteps mini-batches not learned from because a loss or gradient was not finite
     * @param warnings what looked sick in the last report
     */
    record Health(long steps, long skippedSteps, List<String> warnings) {

        static final Health UNTOLD = new Health(0, 0, List.of());
    }

    /**
     * One of several models.
     *
     * @param lifts how it compares with the first one, over all and by domain; empty for the first itself
     */
    record ModelFigures(String model, Figures overall, List<DomainFigures> domains, Health health, List<Lift> lifts) {}

    /**
     * One of several tasks.
     *
     * @param overall of the first model, as {@code domains}
     * @param models each of several models; absent where there is one
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record TaskFigures(
            String task, Figures overall, List<DomainFigures> domains, Optional<List<ModelFigures>> models) {}

    /**
     * How a model compares with the first one.
     *
     * @param domain absent: over all domains together
     * @param impressions predicted by both, or the sample of them that the comparison is over
     * @param auc difference of the AUCs; absent, as the following, where there is too little evidence
     * @param pValue of DeLong's test, which takes impressions as independent
     * @param low lower end of the difference's 95 % interval, which takes a user's impressions as dependent
     * @param high its upper end
     * @param tooLittle what there is too little of, in words
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Lift(
            Optional<String> domain,
            long impressions,
            OptionalDouble auc,
            OptionalDouble pValue,
            OptionalDouble low,
            OptionalDouble high,
            Optional<String> tooLittle) {

        static Lift of(ModelComparison comparison) {
            return new Lift(
                    Optional.ofNullable(comparison.getDomain()),
                    comparison.getImpressions(),
                    optional(comparison.getDifference()),
                    optional(comparison.getPValue()),
                    optional(comparison.getLow()),
                    optional(comparison.getHigh()),
                    Optional.ofNullable(comparison.getTooLittle()));
        }

        /** Of models that have no impression of a domain in common. */
        static Lift without(Optional<String> domain) {
            return new Lift(
                    domain,
                    0,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    Optional.of("no impressions that both predicted"));
        }

        /** Whether the interval leaves 0 out. */
        boolean isSignificant() {
            return low.isPresent() && high.isPresent() && (low.getAsDouble() > 0 || high.getAsDouble() < 0);
        }

        private static OptionalDouble optional(@Nullable Double value) {
            return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
        }
    }

    /** The best that any model could reach: what the true probabilities reach. */
    record Oracle(Figures overall, List<DomainFigures> domains) {}

    /** The last quarter of the impressions. */
    record LastQuarter(Figures overall, List<DomainFigures> domains, Oracle oracle) {}
}

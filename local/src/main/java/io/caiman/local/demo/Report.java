package io.caiman.local.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.caiman.local.figures.DomainFigures;
import io.caiman.local.figures.Figures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What came of a run. A figure that is undefined is absent, here and in the JSON.
 *
 * @param impressions sent, by this process or before it was restarted
 * @param seconds this process took from starting the jobs to the last prediction
 * @param impressionsPerSecond predictions of this process over {@code seconds}: from the log to committed predictions
 * @param trainingStepShare share of {@code seconds} spent in the training step
 * @param health the model's health at the end
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

    /** The best that any model could reach: what the true probabilities reach. */
    record Oracle(Figures overall, List<DomainFigures> domains) {}

    /** The last quarter of the impressions. */
    record LastQuarter(Figures overall, List<DomainFigures> domains, Oracle oracle) {}
}

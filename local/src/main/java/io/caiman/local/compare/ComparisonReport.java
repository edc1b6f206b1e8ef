package io.caiman.local.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.caiman.model.evaluation.PairedDifference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What came of a comparison. A figure that is undefined is absent, here and in the JSON.
 *
 * @param dataset the log's name
 * @param protocol what was learned from and what scored
 * @param seeds of the runs of each model
 * @param conflictOn the objects of the conflict samples
 * @param log what became of the log
 * @param seconds from opening the log to the last score, over all runs
 * @param models in the order asked for
 * @param tasks the figures of each task that the models predict
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ComparisonReport(
        String dataset,
        Protocol protocol,
        List<Long> seeds,
        String conflictOn,
        Log log,
        double seconds,
        List<Model> models,
        List<TaskFigures> tasks) {

    private static final ObjectMapper JSON =
            new ObjectMapper().registerModule(new Jdk8Module()).enable(SerializationFeature.INDENT_OUTPUT);

    void write(Path file) throws IOException {
        JSON.writeValue(file.toFile(), this);
    }

    /**
     * What became of the log.
     *
     * @param impressions in it
     * @param learned impressions the models learned from
     * @param scored impressions whose scores count
     * @param badLines lines that are no impressions
     * @param refused how many impressions the models could not learn from, by reason
     */
    record Log(long impressions, long learned, long scored, long badLines, Map<String, Long> refused) {

        Log {
            refused = Collections.unmodifiableMap(new TreeMap<>(refused));
        }
    }

    /**
     * What came of one task, on the scored impressions that have its label.
     *
     * @param unscored impressions that are left out of all figures, because a run's logit was not finite there
     * @param domains in the order of the first spec
     * @param models in the order asked for; the others are tested against the first
     */
    record TaskFigures(String task, long unscored, List<Domain> domains, List<ModelFigures> models) {}

    /** A domain's part of the impressions that the figures of a task are about. */
    record Domain(String name, long impressions, long positives) {}

    /**
     * One model.
     *
     * @param file its spec's
     * @param spec the spec as YAML, every key stated; the seed is that of the first run
     * @param skippedSteps mini-batches not learned from because a loss or gradient was not finite, over all seeds
     */
    record Model(String name, String file, String spec, long skippedSteps, Abundance itemAbundance) {}

    /**
     * One model's figures of one task.
     *
     * @param logLoss over all domains
     * @param calibration predicted over observed, over all domains
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record ModelFigures(
            String name,
            Metric auc,
            Metric gauc,
            OverSeeds logLoss,
            OverSeeds calibration,
            Optional<DiversityIndices> diversity) {}

    /**
     * A metric of one model, the greater the better.
     *
     * @param domains in order
     * @param rank mean rank over the domains by the mean over seeds, 1 is best
     * @param pOverSeeds paired t-test over the seeds against the first model, overall
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Metric(List<Cell> domains, Cell overall, OptionalDouble rank, OptionalDouble pOverSeeds) {}

    /**
     * A metric on one domain, or over all.
     *
     * @param name of the domain, or {@link Slice#OVERALL}
     * @param lift over the first model, in percent points: 100 times the difference of the means
     * @param test against the first model, on the first seed's scores of the same impressions
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Cell(String name, @JsonUnwrapped OverSeeds value, OptionalDouble lift, Optional<PairedDifference> test) {}

    /**
     * Information Abundance of a model's item embeddings.
     *
     * @param mean over the embedding sets
     * @param sets of each
     * @param groups of items by frequency, the rarest first
     */
    record Abundance(OverSeeds mean, List<OverSeeds> sets, List<AbundanceGroup> groups) {}

    /**
     * Information Abundance of a fifth of the items, mean over the embedding sets.
     *
     * @param items how many
     * @param least impressions that the rarest was learned from
     * @param most impressions that the commonest was learned from
     */
    record AbundanceGroup(int items, long least, long most, OverSeeds abundance) {}

    /**
     * Diversity Index AF of a model.
     *
     * @param mean over the pairs for which it is defined
     */
    record DiversityIndices(OverSeeds mean, List<DiversityPair> pairs) {}

    /** Diversity Index AF of an ordered pair of domains. */
    record DiversityPair(String positive, String negative, int conflictSamples, OverSeeds index) {}
}

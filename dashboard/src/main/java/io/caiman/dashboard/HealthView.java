package io.caiman.dashboard;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.caiman.schemas.avro.FrequencyGroup;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What {@code /api/health} carries: how one model did while it learned.
 *
 * @param timeMs event time of what it told last
 * @param step mini-batches learned from
 * @param skippedSteps mini-batches not learned from because a loss or gradient was not finite
 * @param lastSkipped why the last of those was not
 * @param warnings of its last report
 * @param learning its losses and norms
 * @param abundances of its embeddings, by embedding set, domain and frequency
 * @param gates how each domain mixes the experts
 * @param experts what each expert answered at its last report
 */
record HealthView(
        String model,
        long timeMs,
        long step,
        long skippedSteps,
        Optional<String> lastSkipped,
        List<String> warnings,
        List<Learning> learning,
        List<AbundanceView> abundances,
        List<GateView> gates,
        List<Expert> experts) {

    /** Losses and norms at one report; what was no finite number is empty. */
    record Learning(
            long time,
            long step,
            OptionalDouble crossEntropy,
            OptionalDouble covarianceLoss,
            OptionalDouble weightNorm,
            OptionalDouble gradientNorm,
            @JsonIgnore long version)
            implements Curve.Timed {}

    /**
     * Information Abundance of the embeddings of a domain's ids.
     *
     * @param rows ids at the last report
     * @param spectrum their singular values in descending order, as shares of the largest
     */
    record AbundanceView(
            int embeddingSet, String domain, FrequencyGroup group, int rows, List<Float> spectrum, List<Value> curve) {}

    /** One figure at one report. */
    record Value(long time, double value, @JsonIgnore long version) implements Curve.Timed {}

    /**
     * How a domain mixes the experts.
     *
     * @param entropy at its last report, as a share of the highest possible; empty for a single expert
     */
    record GateView(String domain, OptionalDouble entropy, List<Mix> curve) {}

    /** Mean weight of each expert at one report. */
    record Mix(long time, List<Float> shares, @JsonIgnore long version) implements Curve.Timed {}

    /**
     * An expert.
     *
     * @param silence share of its outputs that are 0
     */
    record Expert(int expert, double silence) {}
}

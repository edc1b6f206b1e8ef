package io.caiman.dashboard;

import io.caiman.schemas.avro.FrequencyGroup;
import io.caiman.schemas.avro.GateUse;
import io.caiman.schemas.avro.HealthReport;
import io.caiman.schemas.avro.InformationAbundance;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.SkippedStep;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What one model told of its health, bounded. */
final class HealthHistory {

    static final int POINTS_PER_CURVE = 200;

    /** Curves of abundances and of gates; further ones are not kept. */
    static final int MOST_CURVES = 1_000;

    private final String model;
    private final Curve<HealthView.Learning> learning = new Curve<>(POINTS_PER_CURVE);
    private final Map<AbundanceKey, Abundance> abundances = new LinkedHashMap<>();
    private final Map<String, Gate> gates = new LinkedHashMap<>();
    private long timeMs;
    private long step;
    private long skippedSteps;
    private Optional<String> lastSkipped = Optional.empty();
    private List<String> warnings = List.of();
    private List<HealthView.Expert> experts = List.of();

    HealthHistory(String model) {
        this.model = model;
    }

    private record AbundanceKey(int embeddingSet, String domain, FrequencyGroup group) {}

    private static final class Abundance {
        private final Curve<HealthView.Value> curve = new Curve<>(POINTS_PER_CURVE);
        private int rows;
        private List<Float> spectrum = List.of();
    }

    private static final class Gate {
        private final Curve<HealthView.Mix> curve = new Curve<>(POINTS_PER_CURVE);
        private OptionalDouble entropy = OptionalDouble.empty();
    }

    /** Takes in what the model told. */
    void put(ModelHealth health, long version) {
        if (health.getStep() < step / 2) {
            // Not a job that recovers and repeats a little, but one that began anew.
            learning.clear();
            abundances.clear();
            gates.clear();
            lastSkipped = Optional.empty();
        }
        timeMs = health.getEventTimeMs();
        step = health.getStep();
        skippedSteps = health.getSkippedSteps();
        if (health.getEvent() instanceof HealthReport report) {
            put(report, version);
        } else if (health.getEvent() instanceof SkippedStep skipped) {
            lastSkipped = Optional.of(skipped.getReason());
        }
    }

    private void put(HealthReport report, long version) {
        learning.put(new HealthView.Learning(
                timeMs,
                step,
                Figures.defined(report.getCrossEntropy()),
                Figures.defined(report.getCovarianceLoss()),
                Figures.defined(report.getWeightNorm()),
                Figures.defined(report.getGradientNorm()),
                version));
        for (InformationAbundance told : report.getAbundances()) {
            AbundanceKey key = new AbundanceKey(told.getEmbeddingSet(), told.getDomain(), told.getGroup());
            if (Double.isFinite(told.getValue()) && hasRoom(abundances, key)) {
                Abundance abundance = abundances.computeIfAbsent(key, added -> new Abundance());
                abundance.rows = told.getRows();
                abundance.spectrum = List.copyOf(told.getSpectrum());
                abundance.curve.put(new HealthView.Value(timeMs, told.getValue(), version));
            }
        }
        for (GateUse told : report.getGates()) {
            if (!told.getShares().isEmpty() && hasRoom(gates, told.getDomain())) {
                Gate gate = gates.computeIfAbsent(told.getDomain(), added -> new Gate());
                gate.entropy = Figures.defined(told.getEntropy());
                gate.curve.put(new HealthView.Mix(timeMs, List.copyOf(told.getShares()), version));
            }
        }
        experts = report.getExperts().stream()
                .map(expert -> new HealthView.Expert(expert.getExpert(), expert.getSilence()))
                .toList();
        warnings = report.getWarnings().stream()
                .map(warning -> warning.getKind() + ": " + warning.getDetail())
                .toList();
    }

    private static <K> boolean hasRoom(Map<K, ?> curves, K key) {
        return curves.size() < MOST_CURVES || curves.containsKey(key);
    }

    StateView.HealthSummary summary() {
        return new StateView.HealthSummary(model, timeMs, step, skippedSteps, warnings);
    }

    HealthView view() {
        return new HealthView(
                model,
                timeMs,
                step,
                skippedSteps,
                lastSkipped,
                warnings,
                learning.changedAfter(-1),
                abundances.entrySet().stream()
                        .map(entry -> new HealthView.AbundanceView(
                                entry.getKey().embeddingSet(),
                                entry.getKey().domain(),
                                entry.getKey().group(),
                                entry.getValue().rows,
                                entry.getValue().spectrum,
                                entry.getValue().curve.changedAfter(-1)))
                        .toList(),
                gates.entrySet().stream()
                        .map(entry -> new HealthView.GateView(
                                entry.getKey(),
                                entry.getValue().entropy,
                                entry.getValue().curve.changedAfter(-1)))
                        .toList(),
                experts);
    }
}

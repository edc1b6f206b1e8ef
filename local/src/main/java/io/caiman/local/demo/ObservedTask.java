package io.caiman.local.demo;

import io.caiman.local.demo.Report.Lift;
import io.caiman.local.figures.DomainFigures;
import io.caiman.local.figures.Figures;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.WindowKind;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What has come of one task of a model so far. */
final class ObservedTask {

    private static final String OVERALL = "";

    private final String name;
    /** Offsets of the impressions it has predicted; the topic of impressions has one partition. */
    private final BitSet predicted = new BitSet();

    private final Map<String, DomainMetrics> cumulative = new TreeMap<>();
    private final Map<String, ModelComparison> comparisons = new TreeMap<>();
    private long pairs;
    private long lastPair = Long.MIN_VALUE;

    ObservedTask(String name) {
        this.name = name;
    }

    /** The task's name. */
    String name() {
        return name;
    }

    void predicted(long offset) {
        predicted.set(Math.toIntExact(offset));
    }

    boolean hasPredicted(long offset) {
        return predicted.get(Math.toIntExact(offset));
    }

    /** An impression has been predicted by both this model and the one it is compared with. */
    void paired(long eventTime) {
        pairs++;
        lastPair = Math.max(lastPair, eventTime);
    }

    void accept(DomainMetrics metrics) {
        if (metrics.getKind() == WindowKind.CUMULATIVE) {
            cumulative.put(metrics.getDomain() == null ? OVERALL : metrics.getDomain(), metrics);
        }
    }

    void accept(ModelComparison comparison) {
        if (comparison.getKind() == WindowKind.CUMULATIVE) {
            comparisons.put(comparison.getDomain() == null ? OVERALL : comparison.getDomain(), comparison);
        }
    }

    /** The latest cumulative figures over all domains. */
    Figures overall() {
        DomainMetrics metrics = cumulative.get(OVERALL);
        return metrics == null ? Figures.NONE : Figures.of(metrics);
    }

    /** The latest cumulative figures of each domain, by name. */
    List<DomainFigures> domains() {
        return cumulative.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(OVERALL))
                .map(entry -> new DomainFigures(entry.getKey(), Figures.of(entry.getValue())))
                .toList();
    }

    /**
     * Whether the comparisons cover all pairs but so many, over all domains and in each; of more than {@code most} they are over
     * a sample.
     */
    boolean compared(long but, int most) {
        long expected = Math.min(most, pairs - but);
        if (expected <= 0) {
            return true;
        }
        ModelComparison overall = comparisons.get(OVERALL);
        long byDomain = comparisons.values().stream()
                .filter(comparison -> comparison.getDomain() != null)
                .mapToLong(ModelComparison::getImpressions)
                .sum();
        return overall != null
                && overall.getImpressions() >= expected
                && (but > 0 || overall.getEndMs() >= lastPair)
                && byDomain >= expected;
    }

    /** How it compares with the first model, over all domains and on each that either has predicted. */
    List<Lift> liftsAbove(ObservedTask first) {
        Set<String> scopes = new TreeSet<>(Set.of(OVERALL));
        scopes.addAll(cumulative.keySet());
        scopes.addAll(first.cumulative.keySet());
        return scopes.stream()
                .map(scope -> {
                    ModelComparison comparison = comparisons.get(scope);
                    return comparison == null
                            ? Lift.without(scope.equals(OVERALL) ? Optional.empty() : Optional.of(scope))
                            : Lift.of(comparison);
                })
                .toList();
    }
}

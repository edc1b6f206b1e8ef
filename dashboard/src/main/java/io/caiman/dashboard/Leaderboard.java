package io.caiman.dashboard;

import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.WindowKind;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The latest comparison of each model with its baseline, by domain and window, bounded. */
final class Leaderboard {

    /** More are counted, not kept. */
    static final int MOST_COMPARISONS = 2_000;

    private static final double SIGNIFICANT = 0.05;

    /**
     * A comparison.
     *
     * @param window its name; all of them so far: {@code all}
     * @param low lower end of the difference's 95 % interval
     * @param significant whether the test and the interval both say that the models differ; empty where evidence is too little
     * @param tooLittle why there is too little evidence, in words
     */
    record Comparison(
            String baseline,
            String model,
            String task,
            Optional<String> domain,
            String window,
            long endMs,
            long impressions,
            OptionalDouble baselineAuc,
            OptionalDouble auc,
            OptionalDouble baselineGauc,
            OptionalDouble gauc,
            OptionalDouble difference,
            OptionalDouble pValue,
            OptionalDouble low,
            OptionalDouble high,
            Optional<Boolean> significant,
            Optional<String> tooLittle) {}

    private final Map<List<Object>, Comparison> latest = new LinkedHashMap<>();
    private long notKept;

    /** Takes in a comparison; false if it is not kept. */
    boolean put(ModelComparison comparison) {
        List<Object> key = Arrays.asList(
                comparison.getBaseline(),
                comparison.getModel(),
                comparison.getTask(),
                comparison.getDomain(),
                comparison.getWindow());
        Comparison known = latest.get(key);
        if (known == null && latest.size() >= MOST_COMPARISONS) {
            notKept++;
            return false;
        }
        if (known != null && comparison.getKind() == WindowKind.CUMULATIVE) {
            if (comparison.getImpressions() < known.impressions / 2) {
                // The job began anew, as in Series, so the pair's other windows are another run's.
                latest.keySet()
                        .removeIf(other -> !other.equals(key) && pair(other).equals(pair(key)));
            }
        } else if (known != null && comparison.getEndMs() < known.endMs) {
            return false; // of an earlier window, revised
        }
        latest.put(key, of(comparison));
        return true;
    }

    /** A key without its window. */
    private static List<Object> pair(List<Object> key) {
        return key.subList(0, key.size() - 1);
    }

    private static Comparison of(ModelComparison comparison) {
        OptionalDouble pValue = Figures.defined(comparison.getPValue());
        OptionalDouble low = Figures.defined(comparison.getLow());
        OptionalDouble high = Figures.defined(comparison.getHigh());
        Optional<Boolean> significant = pValue.isPresent() && low.isPresent() && high.isPresent()
                ? Optional.of(pValue.getAsDouble() < SIGNIFICANT && (low.getAsDouble() > 0 || high.getAsDouble() < 0))
                : Optional.empty();
        return new Comparison(
                comparison.getBaseline(),
                comparison.getModel(),
                comparison.getTask(),
                Optional.ofNullable(comparison.getDomain()),
                comparison.getWindow(),
                comparison.getEndMs(),
                comparison.getImpressions(),
                Figures.defined(comparison.getBaselineAuc()),
                Figures.defined(comparison.getAuc()),
                Figures.defined(comparison.getBaselineGauc()),
                Figures.defined(comparison.getGauc()),
                Figures.defined(comparison.getDifference()),
                pValue,
                low,
                high,
                significant,
                Optional.ofNullable(comparison.getTooLittle()));
    }

    /** Comparisons left out because there were too many. */
    long notKept() {
        return notKept;
    }

    List<Comparison> all() {
        return List.copyOf(latest.values());
    }
}

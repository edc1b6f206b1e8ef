package io.caiman.faults;

import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/** What the leaderboard must have published, by definition: of every pair of a positive and a negative, who orders it right. */
final class ExpectedComparisons {

    private final long step;
    private final Map<String, Long> windows;
    private final int leastOfAClass;
    private final int leastUsers;
    private final Map<About, List<Both>> scopes = new HashMap<>();

    /** Both models' predictions of one impression. */
    private record Both(Prediction baseline, Prediction model) {

        long time() {
            return baseline.getEventTimeMs();
        }
    }

    /**
     * Of some predictions.
     *
     * @param windows lengths in ms, by the names they are published under
     * @param leastOfAClass positives, and negatives, that a difference is told from
     */
    ExpectedComparisons(
            List<Prediction> predictions,
            String baseline,
            long step,
            Map<String, Long> windows,
            int leastOfAClass,
            int leastUsers) {
        this.step = step;
        this.windows = windows;
        this.leastOfAClass = leastOfAClass;
        this.leastUsers = leastUsers;
        Map<String, Prediction> ofBaseline = predictions.stream()
                .filter(prediction -> prediction.getModel().equals(baseline))
                .collect(Collectors.toMap(ExpectedComparisons::impression, prediction -> prediction));
        for (Prediction prediction : predictions) {
            Prediction partner = ofBaseline.get(impression(prediction));
            if (partner != null && !prediction.getModel().equals(baseline)) {
                for (Optional<String> domain : List.of(Optional.of(prediction.getDomain()), Optional.<String>empty())) {
                    About scope = new About(
                            prediction.getModel(), prediction.getTask(), domain, WindowKind.CUMULATIVE, "all", 0);
                    scopes.computeIfAbsent(scope, any -> new ArrayList<>()).add(new Both(partner, prediction));
                }
            }
        }
    }

    private static String impression(Prediction prediction) {
        return prediction.getTask() + "/" + prediction.getImpressionId();
    }

    /** All of them, with revision 0; of rolling ones those whose windows end at {@code closed} or before. */
    Map<About, ModelComparison> all(long closed) {
        Map<About, ModelComparison> expected = new HashMap<>();
        scopes.forEach((scope, pairs) -> {
            long first = pairs.stream().mapToLong(Both::time).min().orElseThrow();
            long last = pairs.stream().mapToLong(Both::time).max().orElseThrow();
            put(expected, comparison(scope, WindowKind.CUMULATIVE, "all", first, last, pairs));
            windows.forEach((name, length) -> {
                Set<Long> ends = new TreeSet<>();
                for (Both pair : pairs) {
                    long start = Math.floorDiv(pair.time(), step) * step;
                    for (long end = start + step; end <= Math.min(start + length, closed); end += step) {
                        ends.add(end);
                    }
                }
                for (long end : ends) {
                    List<Both> within = pairs.stream()
                            .filter(pair -> pair.time() >= end - length && pair.time() < end)
                            .toList();
                    put(expected, comparison(scope, WindowKind.ROLLING, name, end - length, end, within));
                }
            });
        });
        return expected;
    }

    private static void put(Map<About, ModelComparison> expected, ModelComparison comparison) {
        expected.put(About.of(comparison), comparison);
    }

    private ModelComparison comparison(
            About scope, WindowKind kind, String window, long start, long end, List<Both> pairs) {
        List<Prediction> baseline = pairs.stream().map(Both::baseline).toList();
        List<Prediction> model = pairs.stream().map(Both::model).toList();
        long positives = baseline.stream().filter(Prediction::getLabel).count();
        long users = baseline.stream().map(Prediction::getUser).distinct().count();
        List<String> lacks = new ArrayList<>();
        lack(lacks, "positives", positives, leastOfAClass);
        lack(lacks, "negatives", pairs.size() - positives, leastOfAClass);
        lack(lacks, "users", users, leastUsers);
        @Nullable Difference difference = lacks.isEmpty() ? difference(baseline, model) : null;
        return new ModelComparison(
                baseline.get(0).getModel(),
                scope.model(),
                scope.task(),
                scope.domain().orElse(null),
                kind,
                window,
                start,
                end,
                0,
                (long) pairs.size(),
                positives,
                users,
                Ranking.auc(baseline),
                Ranking.auc(model),
                Ranking.gauc(baseline),
                Ranking.gauc(model),
                difference == null ? null : difference.gain(),
                difference == null ? null : difference.pValue(),
                difference == null ? null : difference.gain() - difference.reach(),
                difference == null ? null : difference.gain() + difference.reach(),
                lacks.isEmpty() ? null : String.join(", ", lacks));
    }

    private static void lack(List<String> lacks, String what, long count, int least) {
        if (count < least) {
            lacks.add("%d %s of at least %d".formatted(count, what, least));
        }
    }

    private record Difference(double gain, double pValue, double reach) {}

    /** DeLong's test, and the interval of Obuchowski's clustered variance with Student's t. */
    private static Difference difference(List<Prediction> baseline, List<Prediction> model) {
        int size = baseline.size();
        double[] placement = new double[size];
        double positives = baseline.stream().filter(Prediction::getLabel).count();
        double negatives = size - positives;
        double sum = 0;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                if (baseline.get(i).getLabel() && !baseline.get(j).getLabel()) {
                    double gain = won(model.get(i).getScore(), model.get(j).getScore())
                            - won(baseline.get(i).getScore(), baseline.get(j).getScore());
                    sum += gain;
                    placement[i] += gain / negatives;
                    placement[j] += gain / positives;
                }
            }
        }
        double gain = sum / positives / negatives;
        double squaresOfPositives = 0;
        double squaresOfNegatives = 0;
        for (int i = 0; i < size; i++) {
            double square = (placement[i] - gain) * (placement[i] - gain);
            if (baseline.get(i).getLabel()) {
                squaresOfPositives += square;
            } else {
                squaresOfNegatives += square;
            }
        }
        double error = Math.sqrt(
                squaresOfPositives / (positives - 1) / positives + squaresOfNegatives / (negatives - 1) / negatives);
        double pValue = 2 * NormalDistribution.of(0, 1).survivalProbability(Math.abs(gain) / error);
        return new Difference(gain, pValue, reach(baseline, placement, gain, positives, negatives));
    }

    private static double won(double positive, double negative) {
        return positive > negative ? 1 : positive == negative ? 0.5 : 0;
    }

    private static double reach(
            List<Prediction> baseline, double[] placement, double gain, double positives, double negatives) {
        Map<String, List<Integer>> byUser = IntStream.range(0, placement.length)
                .boxed()
                .collect(Collectors.groupingBy(i -> baseline.get(i).getUser()));
        double ofPositives = 0;
        double ofNegatives = 0;
        double ofBoth = 0;
        double withPositives = 0;
        double withNegatives = 0;
        for (List<Integer> own : byUser.values()) {
            double[] deviations = new double[2];
            boolean[] any = new boolean[2];
            for (int i : own) {
                int label = baseline.get(i).getLabel() ? 1 : 0;
                deviations[label] += placement[i] - gain;
                any[label] = true;
            }
            withPositives += any[1] ? 1 : 0;
            withNegatives += any[0] ? 1 : 0;
            ofPositives += Math.pow(deviations[1] / positives, 2);
            ofNegatives += Math.pow(deviations[0] / negatives, 2);
            ofBoth += deviations[1] * deviations[0] / positives / negatives;
        }
        double users = byUser.size();
        double variance = ofPositives * withPositives / (withPositives - 1)
                + ofNegatives * withNegatives / (withNegatives - 1)
                + 2 * ofBoth * users / (users - 1);
        return TDistribution.of(Math.min(withPositives, withNegatives) - 1).inverseCumulativeProbability(0.975)
                * Math.sqrt(variance);
    }
}

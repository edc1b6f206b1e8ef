package io.caiman.jobs.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.model.evaluation.DeLong;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;

/** Every comparison computed slowly, by its definition, from all predictions at once. */
final class Reference {

    static final String BASELINE = "champion";
    static final List<String> CHALLENGERS = List.of("challenger", "other");
    private static final double TOLERANCE = 1e-9;

    private Reference() {}

    /** Both models' scores of one impression. */
    record Both(Prediction baseline, Prediction model) {}

    /**
     * Predictions of three models of the same impressions in the order of event time; some models have not scored some
     * impressions. Scores have ties; users differ in activity and in how well each model knows them.
     */
    static List<Prediction> predictions(long seed, int impressions, int users, long firstTime, long meanGap) {
        Random random = new Random(seed);
        List<Prediction> predictions = new ArrayList<>();
        Map<String, Double> known = new HashMap<>();
        long time = firstTime;
        for (int i = 0; i < impressions; i++) {
            time += random.nextLong(2 * meanGap);
            String user = "u" + (int) (users * random.nextDouble() * random.nextDouble());
            String domain = "domain" + Math.min(random.nextInt(4), random.nextInt(4));
            double truth = random.nextGaussian();
            boolean label = random.nextDouble() < 1 / (1 + Math.exp(1 - truth));
            for (String model : List.of(BASELINE, CHALLENGERS.get(0), CHALLENGERS.get(1))) {
                double lead = known.computeIfAbsent(user + " of " + model, any -> 0.6 * random.nextGaussian());
                double logit = truth + lead + random.nextGaussian();
                double score = random.nextInt(4) == 0 ? Math.rint(2 + logit) / 10 : 1 / (1 + Math.exp(-logit));
                if (random.nextInt(20) > 0) {
                    predictions.add(new Prediction(
                            "i" + i,
                            i % 3,
                            (long) i / 3,
                            time,
                            model,
                            0L,
                            domain,
                            user,
                            "click",
                            label,
                            Math.max(0, Math.min(1, score))));
                }
            }
        }
        return predictions;
    }

    /** The same predictions, each model's out of order by so much and late by its own lag, ms of event time. */
    static List<Prediction> arriving(List<Prediction> predictions, long seed, long most, Map<String, Long> lags) {
        Random random = new Random(seed);
        Map<Prediction, Long> arrival = new HashMap<>();
        predictions.forEach(
                p -> arrival.put(p, p.getEventTimeMs() + random.nextLong(most) + lags.getOrDefault(p.getModel(), 0L)));
        return predictions.stream().sorted(Comparator.comparing(arrival::get)).toList();
    }

    /** The comparison of every window with pairs, by key. */
    static Map<String, ModelComparison> rolling(List<Prediction> predictions, LeaderboardOptions options) {
        Map<String, ModelComparison> expected = new TreeMap<>();
        long step = options.step().toMillis();
        scopes(predictions).forEach((scope, pairs) -> {
            long last = pairs.stream().mapToLong(Reference::time).max().orElseThrow();
            for (long length :
                    options.windows().stream().mapToLong(w -> w.toMillis()).toArray()) {
                long first = pairs.stream().mapToLong(Reference::time).min().orElseThrow();
                for (long end = Math.floorDiv(first, step) * step + step; end <= last + length; end += step) {
                    long windowEnd = end;
                    List<Both> within = pairs.stream()
                            .filter(pair -> time(pair) >= windowEnd - length && time(pair) < windowEnd)
                            .toList();
                    if (!within.isEmpty()) {
                        ModelComparison comparison = comparison(
                                scope, WindowKind.ROLLING, length / 1000 + "s", end - length, end, within, options);
                        expected.put(Comparisons.key(comparison), comparison);
                    }
                }
            }
        });
        return expected;
    }

    /** The comparison of all pairs of every scope, by key. */
    static Map<String, ModelComparison> cumulative(List<Prediction> predictions, LeaderboardOptions options) {
        Map<String, ModelComparison> expected = new TreeMap<>();
        scopes(predictions).forEach((scope, pairs) -> {
            ModelComparison comparison = comparison(
                    scope,
                    WindowKind.CUMULATIVE,
                    "all",
                    pairs.stream().mapToLong(Reference::time).min().orElseThrow(),
                    pairs.stream().mapToLong(Reference::time).max().orElseThrow(),
                    pairs,
                    options);
            expected.put(Comparisons.key(comparison), comparison);
        });
        return expected;
    }

    private static long time(Both pair) {
        return pair.baseline().getEventTimeMs();
    }

    private static Map<List<String>, List<Both>> scopes(List<Prediction> predictions) {
        Map<String, Prediction> ofBaseline = predictions.stream()
                .filter(p -> p.getModel().equals(BASELINE))
                .collect(Collectors.toMap(Prediction::getImpressionId, p -> p));
        Map<List<String>, List<Both>> scopes = new HashMap<>();
        for (Prediction prediction : predictions) {
            Prediction baseline = ofBaseline.get(prediction.getImpressionId());
            if (baseline != null && !prediction.getModel().equals(BASELINE)) {
                for (String domain : List.of(prediction.getDomain(), "")) {
                    scopes.computeIfAbsent(List.of(prediction.getModel(), domain), any -> new ArrayList<>())
                            .add(new Both(baseline, prediction));
                }
            }
        }
        return scopes;
    }

    static ModelComparison comparison(
            List<String> scope,
            WindowKind kind,
            String window,
            long start,
            long end,
            List<Both> pairs,
            LeaderboardOptions options) {
        double[] first =
                pairs.stream().mapToDouble(p -> p.baseline().getScore()).toArray();
        double[] second = pairs.stream().mapToDouble(p -> p.model().getScore()).toArray();
        boolean[] labels = new boolean[first.length];
        String[] users = new String[first.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = pairs.get(i).baseline().getLabel();
            users[i] = pairs.get(i).baseline().getUser();
        }
        long positives = pairs.stream().filter(p -> p.baseline().getLabel()).count();
        List<int[]> byUser = byUser(users);
        List<String> lacks = new ArrayList<>();
        if (positives < options.least().positives()) {
            lacks.add(positives + " positives of at least " + options.least().positives());
        }
        if (labels.length - positives < options.least().negatives()) {
            lacks.add(labels.length - positives + " negatives of at least "
                    + options.least().negatives());
        }
        if (byUser.size() < options.least().users()) {
            lacks.add(byUser.size() + " users of at least " + options.least().users());
        }
        boolean enough = lacks.isEmpty();
        int[] everyone = IntStream.range(0, labels.length).toArray();
        Double firstAuc = auc(first, labels, everyone);
        Double secondAuc = auc(second, labels, everyone);
        double[] interval = enough ? interval(first, second, labels, byUser) : new double[2];
        return new ModelComparison(
                BASELINE,
                scope.get(0),
                "click",
                scope.get(1).isEmpty() ? null : scope.get(1),
                kind,
                window,
                start,
                end,
                0,
                (long) labels.length,
                positives,
                (long) byUser.size(),
                firstAuc,
                secondAuc,
                gauc(first, labels, byUser),
                gauc(second, labels, byUser),
                enough && firstAuc != null && secondAuc != null ? secondAuc - firstAuc : null,
                enough ? DeLong.compare(first, second, labels).orElseThrow().pValue() : null,
                enough ? interval[0] : null,
                enough ? interval[1] : null,
                enough ? null : String.join(", ", lacks));
    }

    private static List<int[]> byUser(String[] users) {
        return IntStream.range(0, users.length).boxed().collect(Collectors.groupingBy(i -> users[i])).values().stream()
                .map(own -> own.stream().mapToInt(i -> i).toArray())
                .toList();
    }

    private static @Nullable Double gauc(double[] scores, boolean[] labels, List<int[]> byUser) {
        double weighted = 0;
        long weight = 0;
        for (int[] own : byUser) {
            Double auc = auc(scores, labels, own);
            if (auc != null) {
                weighted += own.length * auc;
                weight += own.length;
            }
        }
        return weight == 0 ? null : weighted / weight;
    }

    private static @Nullable Double auc(double[] scores, boolean[] labels, int[] among) {
        double won = 0;
        long pairs = 0;
        for (int i : among) {
            for (int j : among) {
                if (labels[i] && !labels[j]) {
                    pairs++;
                    won += won(scores[i], scores[j]);
                }
            }
        }
        return pairs == 0 ? null : won / pairs;
    }

    private static double won(double positive, double negative) {
        return positive > negative ? 1 : positive == negative ? 0.5 : 0;
    }

    /** From every pair's outcome under both models, added up by the two users it is of. */
    private static double[] interval(double[] first, double[] second, boolean[] labels, List<int[]> byUser) {
        double positives =
                IntStream.range(0, labels.length).filter(i -> labels[i]).count();
        double negatives = labels.length - positives;
        double sum = 0;
        double[] outcome = new double[labels.length];
        for (int i = 0; i < labels.length; i++) {
            for (int j = 0; j < labels.length; j++) {
                if (labels[i] && !labels[j]) {
                    double gain = won(second[i], second[j]) - won(first[i], first[j]);
                    sum += gain;
                    outcome[i] += gain / negatives;
                    outcome[j] += gain / positives;
                }
            }
        }
        double difference = sum / positives / negatives;
        double ofPositives = 0;
        double ofNegatives = 0;
        double ofBoth = 0;
        int withPositives = 0;
        int withNegatives = 0;
        for (int[] own : byUser) {
            double a = 0;
            double b = 0;
            boolean anyPositive = false;
            boolean anyNegative = false;
            for (int i : own) {
                a += labels[i] ? outcome[i] - difference : 0;
                b += labels[i] ? 0 : outcome[i] - difference;
                anyPositive |= labels[i];
                anyNegative |= !labels[i];
            }
            withPositives += anyPositive ? 1 : 0;
            withNegatives += anyNegative ? 1 : 0;
            ofPositives += a * a / positives / positives;
            ofNegatives += b * b / negatives / negatives;
            ofBoth += a * b / positives / negatives;
        }
        double users = byUser.size();
        double variance = ofPositives * withPositives / (withPositives - 1.0)
                + ofNegatives * withNegatives / (withNegatives - 1.0)
                + 2 * ofBoth * users / (users - 1);
        double reach =
                TDistribution.of(Math.min(withPositives, withNegatives) - 1.0).inverseCumulativeProbability(0.975)
                        * Math.sqrt(variance);
        return new double[] {difference - reach, difference + reach};
    }

    /** The last record of each key. */
    static Map<String, ModelComparison> latest(List<ModelComparison> records, WindowKind kind) {
        Map<String, ModelComparison> latest = new TreeMap<>();
        records.stream().filter(r -> r.getKind() == kind).forEach(r -> latest.put(Comparisons.key(r), r));
        return latest;
    }

    static void assertSame(Map<String, ModelComparison> actual, Map<String, ModelComparison> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((key, comparison) -> assertSame(actual.get(key), comparison));
    }

    /** All but the revision. */
    static void assertSame(@Nullable ModelComparison actual, ModelComparison expected) {
        assertThat(actual).isNotNull();
        String about = Comparisons.key(expected);
        assertThat(actual.getStartMs()).as(about).isEqualTo(expected.getStartMs());
        assertThat(actual.getEndMs()).as(about).isEqualTo(expected.getEndMs());
        assertThat(actual.getWindow()).as(about).isEqualTo(expected.getWindow());
        assertThat(actual.getImpressions()).as(about).isEqualTo(expected.getImpressions());
        assertThat(actual.getPositives()).as(about).isEqualTo(expected.getPositives());
        assertThat(actual.getUsers()).as(about).isEqualTo(expected.getUsers());
        assertThat(actual.getTooLittle()).as(about).isEqualTo(expected.getTooLittle());
        assertThat(actual.getBaselineAuc()).as(about).isEqualTo(expected.getBaselineAuc());
        assertThat(actual.getAuc()).as(about).isEqualTo(expected.getAuc());
        assertThat(actual.getDifference()).as(about).isEqualTo(expected.getDifference());
        // Squares are added up in another order.
        assertNear(about, actual.getPValue(), expected.getPValue());
        assertNear(about, actual.getBaselineGauc(), expected.getBaselineGauc());
        assertNear(about, actual.getGauc(), expected.getGauc());
        assertNear(about, actual.getLow(), expected.getLow());
        assertNear(about, actual.getHigh(), expected.getHigh());
    }

    private static void assertNear(String about, @Nullable Double actual, @Nullable Double expected) {
        if (actual == null || expected == null) {
            assertThat(actual).as(about).isEqualTo(expected);
        } else {
            assertThat(actual).as(about).isCloseTo(expected, Offset.offset(TOLERANCE));
        }
    }
}

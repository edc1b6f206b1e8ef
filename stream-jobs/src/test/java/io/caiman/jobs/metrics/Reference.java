package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.options.MetricsOptions;
import io.caiman.jobs.options.WatermarkOptions;
import io.caiman.jobs.options.WindowName;
import io.caiman.jobs.predictions.Scope;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;

/** Every figure computed slowly, by its definition alone, from all predictions at once. */
final class Reference {

    private static final double AUC_TOLERANCE = 1e-5;
    private static final double TOLERANCE = 1e-9;

    private Reference() {}

    /** Random predictions of two models; ties, several domains, users in several of them; in the order of event time. */
    static List<Prediction> predictions(long seed, int size, int users, long firstTime, long meanGap) {
        Random random = new Random(seed);
        List<Prediction> predictions = new ArrayList<>();
        long time = firstTime;
        for (int i = 0; i < size; i++) {
            time += random.nextLong(2 * meanGap);
            // Some users are many times as active as others.
            int user = (int) (users * random.nextDouble() * random.nextDouble());
            double score = random.nextInt(4) == 0
                    ? random.nextInt(5) / 4.0
                    : 1 / (1 + Math.exp(1 - 1.5 * random.nextGaussian()));
            predictions.add(new Prediction(
                    "i" + i,
                    0,
                    (long) i,
                    time,
                    random.nextInt(5) == 0 ? "challenger" : "crocodile",
                    0L,
                    "domain" + Math.min(random.nextInt(5), random.nextInt(5)),
                    "u" + user,
                    "click",
                    random.nextDouble() < 0.1 + 0.8 * score,
                    score));
        }
        return predictions;
    }

    /** The same predictions, each at most {@code most} ms of event time out of order. */
    static List<Prediction> outOfOrder(List<Prediction> predictions, long seed, long most) {
        Random random = new Random(seed);
        Map<Prediction, Long> arrival =
                predictions.stream().collect(Collectors.toMap(p -> p, p -> p.getEventTimeMs() + random.nextLong(most)));
        return predictions.stream().sorted(Comparator.comparing(arrival::get)).toList();
    }

    /** The rolling record of every window that has impressions, by key. */
    static Map<String, DomainMetrics> rolling(List<Prediction> predictions, Panes panes) {
        Map<String, DomainMetrics> expected = new TreeMap<>();
        for (Scope scope : scopes(predictions)) {
            List<Prediction> own = of(predictions, scope);
            for (long window : panes.windows()) {
                Set<Long> ends = new TreeSet<>();
                for (Prediction prediction : own) {
                    long start = panes.start(prediction.getEventTimeMs());
                    for (long end = start + panes.length(); end <= start + window; end += panes.length()) {
                        ends.add(end);
                    }
                }
                for (long end : ends) {
                    DomainMetrics metrics =
                            figures(scope, WindowKind.ROLLING, within(own, end - window, end), end - window, end);
                    expected.put(Records.key(metrics), metrics);
                }
            }
        }
        return expected;
    }

    /** The cumulative record of every scope, by key. */
    static Map<String, DomainMetrics> cumulative(List<Prediction> predictions) {
        Map<String, DomainMetrics> expected = new TreeMap<>();
        for (Scope scope : scopes(predictions)) {
            List<Prediction> own = of(predictions, scope);
            DomainMetrics metrics = figures(
                    scope,
                    WindowKind.CUMULATIVE,
                    own,
                    own.stream().mapToLong(Prediction::getEventTimeMs).min().orElseThrow(),
                    own.stream().mapToLong(Prediction::getEventTimeMs).max().orElseThrow());
            expected.put(Records.key(metrics), metrics);
        }
        return expected;
    }

    /** The last record of the count window of every scope, by key. */
    static Map<String, DomainMetrics> last(List<Prediction> predictions, int count) {
        Map<String, DomainMetrics> expected = new TreeMap<>();
        for (Scope scope : scopes(predictions)) {
            List<Prediction> own = of(predictions, scope).stream()
                    .sorted(Comparator.comparing(Prediction::getEventTimeMs))
                    .toList();
            DomainMetrics metrics = last(scope, own, count);
            expected.put(Records.key(metrics), metrics);
        }
        return expected;
    }

    /** The record of the count window at the end of these predictions, which are in the order of event time. */
    static DomainMetrics last(Scope scope, List<Prediction> own, int count) {
        List<Prediction> last = own.subList(Math.max(0, own.size() - count), own.size());
        DomainMetrics metrics = figures(
                scope,
                WindowKind.COUNT,
                last,
                last.get(0).getEventTimeMs(),
                last.get(last.size() - 1).getEventTimeMs());
        metrics.setWindow("last " + count);
        return metrics;
    }

    static MetricsOptions options(Duration pane, Duration outOfOrderness, Duration refresh, Duration... windows) {
        return new MetricsOptions(
                pane,
                List.of(windows),
                List.of(),
                new WatermarkOptions(outOfOrderness, Duration.ofSeconds(30), List.of(), Duration.ofMinutes(10)),
                Duration.ZERO,
                Optional.empty(),
                refresh,
                10);
    }

    static List<Prediction> within(List<Prediction> predictions, long start, long end) {
        return predictions.stream()
                .filter(p -> p.getEventTimeMs() >= start && p.getEventTimeMs() < end)
                .toList();
    }

    /** The last record of each key. */
    static Map<String, DomainMetrics> latest(List<DomainMetrics> records, WindowKind kind) {
        Map<String, DomainMetrics> latest = new TreeMap<>();
        records.stream().filter(r -> r.getKind() == kind).forEach(r -> latest.put(Records.key(r), r));
        return latest;
    }

    static void assertSame(Map<String, DomainMetrics> actual, Map<String, DomainMetrics> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((key, metrics) -> assertSame(actual.get(key), metrics));
    }

    static void assertSame(@Nullable DomainMetrics actual, DomainMetrics expected) {
        assertThat(actual).isNotNull();
        String about = Records.key(expected);
        assertThat(actual.getStartMs()).as(about).isEqualTo(expected.getStartMs());
        assertThat(actual.getEndMs()).as(about).isEqualTo(expected.getEndMs());
        assertThat(actual.getImpressions()).as(about).isEqualTo(expected.getImpressions());
        assertThat(actual.getPositives()).as(about).isEqualTo(expected.getPositives());
        assertThat(actual.getUsers()).as(about).isEqualTo(expected.getUsers());
        assertNear(about + " AUC", actual.getAuc(), expected.getAuc(), AUC_TOLERANCE);
        assertNear(about + " gAUC", actual.getGauc(), expected.getGauc(), TOLERANCE);
        assertNear(about + " log loss", actual.getLogLoss(), expected.getLogLoss(), TOLERANCE);
        assertNear(about + " calibration", actual.getCalibration(), expected.getCalibration(), TOLERANCE);
    }

    static List<Prediction> of(List<Prediction> predictions, Scope scope) {
        return predictions.stream()
                .filter(p -> p.getModel().equals(scope.model())
                        && p.getTask().equals(scope.task())
                        && scope.domain().map(p.getDomain()::equals).orElse(true))
                .toList();
    }

    static DomainMetrics figures(Scope scope, WindowKind kind, List<Prediction> predictions, long start, long end) {
        List<Prediction> own = of(predictions, scope);
        long positives = own.stream().filter(Prediction::getLabel).count();
        double weighted = 0;
        long weight = 0;
        long users = 0;
        for (List<Prediction> ofUser :
                own.stream().collect(Collectors.groupingBy(Prediction::getUser)).values()) {
            Double auc = auc(ofUser);
            if (auc != null) {
                users++;
                weight += ofUser.size();
                weighted += ofUser.size() * auc;
            }
        }
        double scores = own.stream().mapToDouble(Prediction::getScore).sum();
        double losses = own.stream()
                .mapToDouble(p -> -Math.log(Math.max(1e-15, p.getLabel() ? p.getScore() : 1 - p.getScore())))
                .sum();
        return new DomainMetrics(
                scope.model(),
                scope.task(),
                scope.domain().orElse(null),
                kind,
                kind == WindowKind.ROLLING ? WindowName.of(end - start) : "all",
                start,
                end,
                0,
                (long) own.size(),
                positives,
                users,
                auc(own),
                users == 0 ? null : weighted / weight,
                losses / own.size(),
                positives == 0 ? null : scores / positives);
    }

    private static @Nullable Double auc(List<Prediction> predictions) {
        double won = 0;
        long pairs = 0;
        for (Prediction positive : predictions) {
            for (Prediction negative : predictions) {
                if (positive.getLabel() && !negative.getLabel()) {
                    pairs++;
                    won += positive.getScore() > negative.getScore()
                            ? 1
                            : positive.getScore() == negative.getScore() ? 0.5 : 0;
                }
            }
        }
        return pairs == 0 ? null : won / pairs;
    }

    private static Set<Scope> scopes(List<Prediction> predictions) {
        return predictions.stream()
                .flatMap(p -> Stream.of(
                        Scope.ofDomain(p.getModel(), p.getTask(), p.getDomain()),
                        Scope.overall(p.getModel(), p.getTask())))
                .collect(Collectors.toSet());
    }

    private static void assertNear(String about, @Nullable Double actual, @Nullable Double expected, double tolerance) {
        if (actual == null || expected == null) {
            assertThat(actual).as(about).isEqualTo(expected);
        } else {
            assertThat(actual).as(about).isCloseTo(expected, Offset.offset(tolerance));
        }
    }
}

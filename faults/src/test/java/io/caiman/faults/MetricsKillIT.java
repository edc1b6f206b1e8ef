package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.metrics.MetricsJob;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.TopicOrigin;
import io.caiman.schemas.avro.WindowKind;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the metrics job again and again, starts it from its latest checkpoint with another number of tasks, and computes every
 * figure that is then published once more from the topic of predictions: none is missing, none is wrong, none too many, and
 * each revision is there once.
 *
 * <p>{@code -Dcaiman.faults.kills=N} and {@code -Dcaiman.faults.seed=S} as for {@link KillIT}.
 */
class MetricsKillIT {

    private static final double TOLERANCE = 1e-9;

    private static final Duration PART = Duration.ofSeconds(3);

    private static final long SECOND = 1_000;
    private static final long DAY = 86_400 * SECOND;
    private static final long STEP = 20 * SECOND;
    private static final Map<String, Long> COMPARED = Map.of("20s", 20 * SECOND, "1m", 60 * SECOND);
    private static final int LEAST_OF_A_CLASS = 20;
    private static final int LEAST_USERS = 10;

    @TempDir
    Path directory;

    private int rolling;
    private int corrected;
    private int others;
    private int undefined;
    private double largestAucError;

    @Test
    void figures_and_comparisons_of_a_stream_out_of_order_and_late_are_right_however_often_the_job_is_killed()
            throws Exception {
        int kills = Integer.getInteger("caiman.faults.kills", 7);
        long seed = seed();
        Random random = new Random(seed);
        EventTimeCut cut = new EventTimeCut(
                10 * SECOND, Map.of("20s", 20 * SECOND, "1m", 60 * SECOND), 30 * SECOND, 5 * SECOND, List.of(40, 500));
        SyntheticPredictions stream = new SyntheticPredictions(random.nextLong(), cut);
        try (MetricsRun run = new MetricsRun(directory, "metrics", arguments(cut), random)) {
            while (run.kills() < kills) {
                SyntheticPredictions.Part part = stream.next();
                CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(run, part.inTime(), PART));
                run.kill(PART);
                sending.get();
                awaitClosed(run, part.closed());
                send(run, part.late(), Duration.ZERO);
            }
            // What is late counts once more when the counters are those of one process.
            SyntheticPredictions.Part part = stream.next();
            send(run, part.inTime(), PART);
            awaitClosed(run, part.closed());
            MetricsRun.Late before = run.late();
            send(run, part.late(), Duration.ZERO);
            SyntheticPredictions.Part last = stream.next();
            send(run, last.inTime(), Duration.ZERO);
            awaitClosed(run, last.closed());
            run.awaitEnd();

            List<Arrival> arrivals = usable(run).stream().map(stream::arrival).toList();
            assertFigures(run, new ExpectedFigures(cut, arrivals, last.closed()));
            assertComparisons(run, last.closed());
            assertDeadLetters(run);
            List<Arrival> lastLate = arrivals.stream()
                    .filter(arrival -> arrival.closed() == part.closed())
                    .toList();
            MetricsRun.Late after = run.late();
            long forAll = after.forAll() - before.forAll();
            assertThat(forAll).isEqualTo(countTooLate(lastLate, cut, cut.longest()));
            assertThat(forAll + after.forSome() - before.forSome()).isEqualTo(countTooLate(lastLate, cut, cut.pane()));
            report(seed, run, arrivals);
            System.out.printf(
                    "%,d predictions came late, %,d of them too late for every window%n",
                    arrivals.stream().filter(arrival -> arrival.closed() > 0).count(),
                    countTooLate(arrivals, cut, cut.longest()));
        }
    }

    @Test
    void figures_of_a_model_that_learns_movielens_are_right_however_often_the_job_is_killed() throws Exception {
        Path movieLens = movieLens();
        int impressions = 20_000;
        int kills = Integer.getInteger("caiman.faults.kills", 3);
        long seed = seed();
        Random random = new Random(seed);
        EventTimeCut cut =
                new EventTimeCut(7 * DAY, Map.of("28d", 28 * DAY, "364d", 364 * DAY), 7 * DAY, 0, List.of(1_000));
        try (MetricsRun run = new MetricsRun(directory, "metrics-movielens", cut.arguments(), random);
                Victim training = run.process(
                        "train",
                        "-Xmx700m",
                        List.of(
                                "train",
                                "--spec",
                                "../conf/movielens.yaml",
                                "--checkpoint-dir",
                                directory.resolve("training").toString(),
                                "--checkpoint-interval",
                                "1s"));
                Victim replay = run.process(
                        "replay",
                        "-Xmx200m",
                        List.of(
                                "replay",
                                "--dataset",
                                "movielens",
                                "--data",
                                movieLens.toString(),
                                "--limit",
                                Integer.toString(impressions),
                                "--rate",
                                Integer.toString(impressions / (10 * kills + 10))))) {
            training.start();
            replay.start();
            while (run.kills() < kills) {
                run.metrics().readOn();
                int before = run.metrics().all().size();
                run.kill(PART);
                run.await(() -> {
                    run.metrics().readOn();
                    return run.metrics().all().size() > before;
                });
            }
            run.await(() -> {
                run.predictions().readOn();
                return run.predictions().records().size() == impressions;
            });
            training.close();
            run.awaitEnd();

            List<Arrival> arrivals = usable(run).stream()
                    .map(prediction -> new Arrival(prediction, Arrival.IN_TIME))
                    .toList();
            assertFigures(run, new ExpectedFigures(cut, arrivals, cut.closedAt(leastFar(run))));
            assertThat(run.comparisons().all()).isEmpty();
            report(seed, run, arrivals);
        }
    }

    private static long seed() {
        String given = System.getProperty("caiman.faults.seed", "");
        long seed = given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
        System.out.println("seed " + seed);
        return seed;
    }

    /** The folder of MovieLens; skips the test where it is absent. */
    private static Path movieLens() {
        String named = System.getProperty("CAIMAN_DATA", System.getenv().getOrDefault("CAIMAN_DATA", ""));
        Optional<Path> folder = Stream.of(named, "../shared/data", "../../shared/data", "../../../shared/data")
                .filter(data -> !data.isEmpty())
                .map(data -> Path.of(data, "ml-latest-small"))
                .filter(Files::isDirectory)
                .findFirst();
        Assumptions.assumeTrue(
                folder.isPresent(),
                "no MovieLens at ../shared/data/ml-latest-small: set CAIMAN_DATA to the folder above");
        return folder.orElseThrow();
    }

    private static List<String> arguments(EventTimeCut cut) {
        List<String> arguments = new ArrayList<>(cut.arguments());
        arguments.addAll(List.of("--baseline", SyntheticPredictions.BASELINE));
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("caiman.leaderboard.step", STEP + "ms");
        settings.put("caiman.leaderboard.windows", "20s,1min");
        settings.put("caiman.leaderboard.refresh-interval", "1s");
        settings.put("caiman.leaderboard.revision-interval", "1s");
        settings.put("caiman.leaderboard.least-positives", Integer.toString(LEAST_OF_A_CLASS));
        settings.put("caiman.leaderboard.least-negatives", Integer.toString(LEAST_OF_A_CLASS));
        settings.put("caiman.leaderboard.least-users", Integer.toString(LEAST_USERS));
        settings.forEach((key, value) -> arguments.addAll(List.of("-D", key + "=" + value)));
        return arguments;
    }

    private static void send(MetricsRun run, List<SyntheticPredictions.Message> messages, Duration over) {
        try {
            run.send(messages, over);
        } catch (Exception e) {
            throw new IllegalStateException("sending failed", e);
        }
    }

    /** Waits until a checkpoint holds that windows are closed up to here: then what belongs to them is late. */
    private static void awaitClosed(MetricsRun run, long end) {
        run.await(() -> {
            run.metrics().readOn();
            run.comparisons().readOn();
            return run.metrics().records().stream()
                            .anyMatch(m -> m.getKind() == WindowKind.ROLLING && m.getEndMs() == end)
                    && run.comparisons().records().stream()
                            .anyMatch(c -> c.getKind() == WindowKind.ROLLING
                                    && c.getEndMs() == Math.floorDiv(end, STEP) * STEP);
        });
    }

    /** The predictions in the topic that can be used. */
    private static List<Prediction> usable(MetricsRun run) {
        run.predictions().readOn();
        return run.predictions().records().stream()
                .filter(MetricsKillIT::isUsable)
                .toList();
    }

    private static boolean isUsable(Prediction prediction) {
        return prediction.getScore() >= 0
                && prediction.getScore() <= 1
                && prediction.getEventTimeMs() >= 0
                && prediction.getEventTimeMs() < System.currentTimeMillis() + DAY;
    }

    /** Event time of the partition that is least far. */
    private static long leastFar(MetricsRun run) {
        Map<Integer, Long> latest = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : run.predictions().all()) {
            run.predictions()
                    .decoded(record)
                    .ifPresent(prediction -> latest.merge(
                            record.partition(), prediction.getEventTimeMs(), (one, other) -> Math.max(one, other)));
        }
        assertThat(latest).hasSize(SyntheticPredictions.PARTITIONS);
        return latest.values().stream().mapToLong(time -> time).min().orElseThrow();
    }

    private static long countTooLate(List<Arrival> arrivals, EventTimeCut cut, long lastWindow) {
        return arrivals.stream()
                .filter(arrival -> !cut.counts(arrival, cut.start(arrival.time()) + lastWindow))
                .count();
    }

    private void assertFigures(MetricsRun run, ExpectedFigures expected) {
        Map<About, List<DomainMetrics>> published = byAbout(run.metrics(), About::of);
        Map<About, ExpectedFigures.Rolling> windows = expected.rolling();
        Map<About, ExpectedFigures.Figures> others = expected.others();
        Set<About> all = new HashSet<>(windows.keySet());
        all.addAll(others.keySet());
        assertThat(published.keySet()).containsExactlyInAnyOrderElementsOf(all);
        windows.forEach((about, window) -> {
            List<DomainMetrics> revisions = published.getOrDefault(about, List.of());
            assertThat(revisions.stream().map(DomainMetrics::getRevision))
                    .as("revisions of %s", about)
                    .containsExactlyElementsOf(
                            IntStream.range(0, revisions.size()).boxed().toList());
            assertThat(revisions.stream().map(DomainMetrics::getImpressions).distinct())
                    .as("each revision of %s has gained predictions", about)
                    .hasSameSizeAs(revisions)
                    .isSorted();
            int least = (window.first().isPresent() ? 1 : 0) + window.batches();
            assertThat(revisions)
                    .as("%s, once for all that is late together", about)
                    .hasSizeGreaterThanOrEqualTo(least);
            if (window.batches() == 0) {
                assertThat(revisions)
                        .as("%s, which nothing came late to", about)
                        .hasSize(1);
            }
            window.first().ifPresent(first -> assertSame(revisions.get(0), first));
            assertSame(revisions.get(revisions.size() - 1), window.last());
            rolling++;
            corrected += revisions.size() - 1;
        });
        others.forEach((about, figures) -> {
            List<DomainMetrics> updates = published.getOrDefault(about, List.of());
            assertSame(updates.get(updates.size() - 1), figures);
            this.others++;
        });
    }

    /** The records by what they are about; each of these has a key, and thus a partition, of its own. */
    private static <T extends SpecificRecordBase> Map<About, List<T>> byAbout(
            CommittedTopic<T> topic, Function<T, About> about) {
        Map<About, List<T>> byAbout = new HashMap<>();
        topic.byKey().forEach((key, records) -> {
            About first = about.apply(records.get(0));
            assertThat(records).as(key).allMatch(record -> about.apply(record).equals(first));
            assertThat(byAbout.put(first, records)).as(key).isNull();
        });
        return byAbout;
    }

    /** All but the revision. */
    private void assertSame(DomainMetrics actual, ExpectedFigures.Figures figures) {
        DomainMetrics expected = figures.metrics();
        String about = About.of(expected).toString();
        assertThat(actual.getStartMs()).as(about).isEqualTo(expected.getStartMs());
        assertThat(actual.getEndMs()).as(about).isEqualTo(expected.getEndMs());
        assertThat(actual.getImpressions()).as(about).isEqualTo(expected.getImpressions());
        assertThat(actual.getPositives()).as(about).isEqualTo(expected.getPositives());
        assertThat(actual.getUsers()).as(about).isEqualTo(expected.getUsers());
        assertNear(about + " AUC", actual.getAuc(), expected.getAuc(), TOLERANCE + figures.aucTolerance());
        assertNear(about + " gAUC", actual.getGauc(), expected.getGauc(), TOLERANCE);
        assertNear(about + " log loss", actual.getLogLoss(), expected.getLogLoss(), TOLERANCE);
        assertNear(about + " calibration", actual.getCalibration(), expected.getCalibration(), TOLERANCE);
        undefined += expected.getAuc() == null ? 1 : 0;
        if (actual.getAuc() != null && expected.getAuc() != null) {
            largestAucError = Math.max(largestAucError, Math.abs(actual.getAuc() - expected.getAuc()));
        }
    }

    private static void assertNear(String about, @Nullable Double actual, @Nullable Double expected, double tolerance) {
        if (actual == null || expected == null) {
            assertThat(actual).as(about).isEqualTo(expected);
        } else {
            assertThat(actual).as(about).isCloseTo(expected, Offset.offset(tolerance));
        }
    }

    private static void assertComparisons(MetricsRun run, long closed) {
        Map<About, ModelComparison> expected = new ExpectedComparisons(
                        usable(run), SyntheticPredictions.BASELINE, STEP, COMPARED, LEAST_OF_A_CLASS, LEAST_USERS)
                .all(closed);
        Map<About, List<ModelComparison>> published = byAbout(run.comparisons(), About::of);
        assertThat(published.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        int revised = 0;
        for (Map.Entry<About, ModelComparison> comparison : expected.entrySet()) {
            List<ModelComparison> revisions = published.getOrDefault(comparison.getKey(), List.of());
            if (comparison.getKey().kind() == WindowKind.ROLLING) {
                assertThat(revisions.stream().map(ModelComparison::getRevision))
                        .as("revisions of %s", comparison.getKey())
                        .containsExactlyElementsOf(
                                IntStream.range(0, revisions.size()).boxed().toList());
                revised += revisions.size() - 1;
            }
            assertSame(revisions.get(revisions.size() - 1), comparison.getValue());
        }
        System.out.printf(
                "%,d comparisons, %,d of them with a p-value, and %,d revisions%n",
                expected.size(),
                expected.values().stream().filter(c -> c.getPValue() != null).count(),
                revised);
    }

    /** All but the revision. */
    private static void assertSame(ModelComparison actual, ModelComparison expected) {
        String about = About.of(expected).toString();
        assertThat(actual.getBaseline()).as(about).isEqualTo(expected.getBaseline());
        assertThat(actual.getStartMs()).as(about).isEqualTo(expected.getStartMs());
        assertThat(actual.getEndMs()).as(about).isEqualTo(expected.getEndMs());
        assertThat(actual.getImpressions()).as(about).isEqualTo(expected.getImpressions());
        assertThat(actual.getPositives()).as(about).isEqualTo(expected.getPositives());
        assertThat(actual.getUsers()).as(about).isEqualTo(expected.getUsers());
        assertThat(actual.getTooLittle()).as(about).isEqualTo(expected.getTooLittle());
        assertNear(about, actual.getBaselineAuc(), expected.getBaselineAuc(), TOLERANCE);
        assertNear(about, actual.getAuc(), expected.getAuc(), TOLERANCE);
        assertNear(about, actual.getBaselineGauc(), expected.getBaselineGauc(), TOLERANCE);
        assertNear(about, actual.getGauc(), expected.getGauc(), TOLERANCE);
        assertNear(about + " difference", actual.getDifference(), expected.getDifference(), TOLERANCE);
        assertNear(about + " p", actual.getPValue(), expected.getPValue(), TOLERANCE);
        assertNear(about + " low", actual.getLow(), expected.getLow(), TOLERANCE);
        assertNear(about + " high", actual.getHigh(), expected.getHigh(), TOLERANCE);
    }

    /** Each record that is no prediction, and none else, is told of at least once. */
    private static void assertDeadLetters(MetricsRun run) {
        Map<TopicOrigin, Optional<ByteBuffer>> expected = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : run.predictions().all()) {
            if (run.predictions()
                    .decoded(record)
                    .filter(MetricsKillIT::isUsable)
                    .isEmpty()) {
                expected.put(
                        new TopicOrigin(record.topic(), record.partition(), record.offset()),
                        Optional.ofNullable(record.value()).map(ByteBuffer::wrap));
            }
        }
        try (CommittedTopic<DeadLetter> topic =
                new CommittedTopic<>(run.bootstrapServers(), MetricsRun.TOPICS.deadLetters(), DeadLetter.class)) {
            topic.readOn();
            Map<TopicOrigin, Optional<ByteBuffer>> letters = new HashMap<>();
            for (DeadLetter letter : topic.records()) {
                assertThat(letter.getRefusedBy()).isEqualTo(MetricsJob.groupId(MetricsRun.TOPICS));
                letters.put((TopicOrigin) letter.getOrigin(), Optional.ofNullable(letter.getValue()));
            }
            assertThat(letters).isNotEmpty().isEqualTo(expected);
            System.out.printf(
                    "%,d records are dead letters, %,d of them more than once%n",
                    letters.size(), topic.records().size() - letters.size());
        }
    }

    private void report(long seed, MetricsRun run, List<Arrival> arrivals) {
        System.out.printf(
                "seed %d: after %d kills the figures of %,d predictions are right: %,d rolling windows, with %,d revisions more, and %,d others; %,d have no AUC; the others' is off by at most %.1e%n",
                seed, run.kills(), arrivals.size(), rolling, corrected, others, undefined, largestAucError);
    }
}

package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.metrics.MetricsJob;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.replay.EventTimeTopics;
import io.caiman.replay.Pace;
import io.caiman.replay.Replay;
import io.caiman.replay.ReplayListener;
import io.caiman.replay.ReplayOptions;
import io.caiman.replay.dataset.BadLineLimit;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both jobs on a cluster of Flink's own jars, the job jar given to it over HTTP, as {@link FlinkDistribution} says: submitted,
 * stopped with a savepoint, gone on from it with a changed model and with more tasks, and cancelled.
 */
class UpgradeIT {

    private static final Path LOGS = Path.of("target", "upgrade-logs");
    private static final String SECRET = "do-not-tell";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int IMPRESSIONS = 60_000;
    private static final int BEFORE_THE_UPGRADE = 25_000;
    private static final int PER_SECOND = 2_500;
    private static final int WINDOW = 5_000;

    /** Of two windows that differ by chance only, one in 16,000 pairs is further apart. */
    private static final double NOISE = 4;

    private static final int BATCH = 64;
    private static final int BATCH_AFTER_THE_UPGRADE = 128;
    private static final String MODEL = """
            name: crocodile
            task: click
            domains: ["0", "1", "2", "4", "6"]
            features: [user, item, domain, author, tag]
            embedding: {dimension: 4}
            experts: {count: %d, layers: [16, 8]}
            towers: [8]
            wide: {mode: per-impression}
            batch: {size: %d, max-wait-millis: 0}
            """;

    private final Topics topics = Topics.withPrefix("upgrade-");

    @TempDir
    Path directory;

    private Cluster cluster;
    private FlinkRest flink;
    private String jar;

    @BeforeEach
    void startCluster() throws Exception {
        cluster = new Cluster(directory, LOGS, FlinkDistribution.find().classPath(directory.resolve("supervised")), 3);
        flink = new FlinkRest(cluster.restAddress());
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().untilAsserted(this::createTopics);
        flink.awaitSlots(3);
        jar = flink.upload(FlinkDistribution.jobJar());
    }

    @AfterEach
    void stopCluster() {
        cluster.close();
    }

    @Test
    void a_job_is_upgraded_and_rescaled_by_savepoints_and_its_auc_goes_on_where_it_was() throws Exception {
        String training = train(model("before.yaml", 3, BATCH), Optional.empty());
        String metrics = measure(1, Optional.empty());
        Thread replay = new Thread(this::replay, "replay");
        replay.start();
        awaitMeasured(BEFORE_THE_UPGRADE);

        String savepoint = flink.stopWithSavepoint(training, directory.resolve("savepoints"));
        List<Prediction> before = predictions();

        String refused = train(model("other.yaml", 4, BATCH), Optional.of(savepoint));
        flink.awaitState(refused, "FAILED");
        assertThat(flink.failure(refused)).contains("experts.count: 3 -> 4");

        String upgraded = train(model("after.yaml", 3, BATCH_AFTER_THE_UPGRADE), Optional.of(savepoint));
        String rescaled = measure(2, Optional.of(flink.stopWithSavepoint(metrics, directory.resolve("savepoints"))));
        replay.join(PATIENCE.toMillis());
        awaitMeasured(IMPRESSIONS);

        assertNobodyTells(List.of(upgraded, rescaled));
        assertThat(flink.parallelism(upgraded)).containsOnly(1);
        assertThat(flink.parallelism(rescaled)).contains(2);
        flink.cancel(upgraded);
        flink.cancel(rescaled);

        List<Prediction> all = predictions();
        assertThat(all).hasSize(IMPRESSIONS).startsWith(before.toArray(Prediction[]::new));
        assertThat(all.stream().map(Prediction::getImpressionOffset)).doesNotHaveDuplicates();
        assertThat(commonestBatch(all.subList(0, before.size()))).isEqualTo(BATCH);
        assertThat(commonestBatch(all.subList(before.size(), IMPRESSIONS))).isEqualTo(BATCH_AFTER_THE_UPGRADE);

        EstimatedAuc cold = EstimatedAuc.of(all.subList(0, WINDOW));
        EstimatedAuc last = EstimatedAuc.of(all.subList(before.size() - WINDOW, before.size()));
        EstimatedAuc first = EstimatedAuc.of(all.subList(before.size(), before.size() + WINDOW));
        System.out.printf(
                "upgraded after %,d impressions; AUC of %,d: at the start %s, before %s, after %s%n",
                before.size(), WINDOW, cold, last, first);
        assertThat(first.standardErrorsAbove(last)).isBetween(-NOISE, NOISE);
        // What a model that had lost its weights would be like is told apart.
        assertThat(last.standardErrorsAbove(cold)).isGreaterThan(NOISE);
    }

    private Path model(String name, int experts, int batch) throws Exception {
        return Files.writeString(directory.resolve(name), MODEL.formatted(experts, batch));
    }

    private String train(Path model, Optional<String> savepoint) throws Exception {
        List<String> arguments = withConnection("training");
        // More than one is for other jobs on the cluster; the trainer keeps to one.
        arguments.addAll(List.of("--spec", model.toString(), "--device", "cpu", "-D", "parallelism.default=2"));
        return flink.run(jar, TrainCommand.class, arguments, savepoint);
    }

    private String measure(int parallelism, Optional<String> savepoint) throws Exception {
        List<String> arguments = withConnection("metrics");
        arguments.addAll(List.of("--parallelism", Integer.toString(parallelism)));
        return flink.run(jar, MetricsJob.class, arguments, savepoint);
    }

    private List<String> withConnection(String job) throws IOException {
        return new ArrayList<>(List.of(
                "--bootstrap-servers",
                cluster.bootstrapServers(),
                "--command-config",
                clientProperties().toString(),
                "--topic-prefix",
                "upgrade-",
                "--checkpoint-dir",
                directory.resolve(job + "-checkpoints").toString(),
                "--checkpoint-interval",
                "1s",
                "-D",
                "restart-strategy.type=disable"));
    }

    /** A secret that the broker does not ask for. */
    private Path clientProperties() throws IOException {
        return Files.writeString(directory.resolve("client.properties"), "ssl.key.password=" + SECRET + "\n");
    }

    /** Neither Flink's pages about jobs and cluster nor any process's output have the secret. */
    private void assertNobodyTells(List<String> jobs) throws Exception {
        List<String> pages = new ArrayList<>(List.of("/jobmanager/config", "/jobmanager/environment"));
        for (String job : jobs) {
            for (String page : List.of("", "/config", "/plan", "/checkpoints/config", "/jobmanager/config")) {
                pages.add("/jobs/" + job + page);
            }
        }
        for (String page : pages) {
            assertThat(flink.get(page).toString()).as(page).isNotEmpty().doesNotContain(SECRET);
        }
        try (Stream<Path> logs = Files.list(LOGS)) {
            for (Path log : logs.toList()) {
                assertThat(Files.readString(log)).as(log.toString()).doesNotContain(SECRET);
            }
        }
    }

    private void createTopics() throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            EventTimeTopics.createMissing(admin, topics.all(), OptionalInt.of(1));
        }
    }

    private void replay() {
        ReplayOptions options = new ReplayOptions(
                Map.of("bootstrap.servers", cluster.bootstrapServers()),
                topics,
                OptionalInt.empty(),
                new Pace.PerSecond(PER_SECOND),
                ReplayOptions.DEFAULT_CATCH_UP,
                Optional.empty(),
                BadLineLimit.NONE);
        try (ImpressionSource log =
                Dataset.SYNTHETIC.open(DatasetOptions.ofSynthetic().withLimit(IMPRESSIONS))) {
            Replay.run(log, options, new ReplayListener() {});
        } catch (Exception e) {
            throw new IllegalStateException("the replay failed", e);
        }
    }

    private List<Prediction> predictions() {
        try (CommittedTopic<Prediction> topic =
                new CommittedTopic<>(cluster.bootstrapServers(), topics.predictions(), Prediction.class)) {
            topic.readOn();
            return topic.records();
        }
    }

    /** Waits until the cumulative figures over all domains are over so many impressions. */
    private void awaitMeasured(int impressions) {
        try (CommittedTopic<DomainMetrics> figures =
                new CommittedTopic<>(cluster.bootstrapServers(), topics.domainMetrics(), DomainMetrics.class)) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        figures.readOn();
                        return figures.records().stream()
                                        .filter(figure ->
                                                figure.getKind() == WindowKind.CUMULATIVE && figure.getDomain() == null)
                                        .mapToLong(DomainMetrics::getImpressions)
                                        .max()
                                        .orElse(0)
                                >= impressions;
                    });
        }
    }

    /** How many impressions most steps were over. */
    private static long commonestBatch(List<Prediction> predictions) {
        Map<Long, Long> bySteps =
                predictions.stream().collect(Collectors.groupingBy(Prediction::getStep, Collectors.counting()));
        return bySteps.values().stream()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }
}

package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.metrics.MetricsJob;
import io.caiman.local.Caiman;
import io.caiman.replay.EventTimeTopics;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** A broker and the metrics job as processes; the job goes on from its latest checkpoint whenever it is started. */
final class MetricsRun implements AutoCloseable {

    static final Topics TOPICS = Topics.withPrefix("");

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(200);

    /** Longer than between two checkpoints and than figures wait to be published. */
    private static final Duration QUIET = Duration.ofSeconds(4);

    private static final int MOST_TASKS = 3;

    private final Path logs;
    private final String bootstrapServers;
    private final int restPort = Cluster.freePort();
    private final Victim broker;

    /** The same job with 1, 2 and more tasks of each operator. */
    private final List<Victim> jobs = new ArrayList<>();

    private final CommittedTopic<Prediction> predictions;
    private final CommittedTopic<DomainMetrics> metrics;
    private final CommittedTopic<ModelComparison> comparisons;
    private final Random random;
    private Victim job;
    private int kills;

    /**
     * Starts a broker, makes the topics and starts the job.
     *
     * @param random chooses the moments to kill the job and how many tasks it then has
     */
    MetricsRun(Path directory, String name, List<String> jobArguments, Random random) throws Exception {
        this.random = random;
        logs = Files.createDirectories(Path.of("target", "fault-logs", name));
        int port = Cluster.freePort();
        bootstrapServers = "127.0.0.1:" + port;
        broker = new Victim(
                "broker",
                logs.resolve("broker.log"),
                List.of("-Xmx400m"),
                List.of(Broker.class.getName(), directory.resolve("broker").toString(), Integer.toString(port)));
        broker.start();
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().untilAsserted(this::createTopics);
        predictions = new CommittedTopic<>(bootstrapServers, TOPICS.predictions(), Prediction.class);
        metrics = new CommittedTopic<>(bootstrapServers, TOPICS.domainMetrics(), DomainMetrics.class);
        comparisons = new CommittedTopic<>(bootstrapServers, TOPICS.modelComparisons(), ModelComparison.class);
        for (int tasks = 1; tasks <= MOST_TASKS; tasks++) {
            List<String> arguments = new ArrayList<>(List.of(
                    "metrics",
                    "--checkpoint-dir",
                    directory.resolve("checkpoints").toString(),
                    "--checkpoint-interval",
                    "1s",
                    "--restore",
                    "latest",
                    // No partition is taken for idle because the machine is slow.
                    "--idle",
                    "1h",
                    "--parallelism",
                    Integer.toString(tasks),
                    "-D",
                    "rest.bind-port=" + restPort,
                    "-D",
                    "metrics.fetcher.update-interval=200"));
            arguments.addAll(jobArguments);
            jobs.add(process("metrics", "-Xmx700m", arguments));
        }
        job = jobs.get(random.nextInt(MOST_TASKS));
        job.start();
    }

    private void createTopics() throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            // Of several partitions a trainer would read in any order.
            EventTimeTopics.createMissing(admin, List.of(TOPICS.impressions()), OptionalInt.of(1));
            EventTimeTopics.createMissing(admin, TOPICS.all(), OptionalInt.of(SyntheticPredictions.PARTITIONS));
        }
    }

    /** One of Caiman's commands as a process, not yet started, that talks to the broker. */
    Victim process(String command, String heap, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(Caiman.class.getName()));
        all.addAll(arguments);
        all.addAll(List.of("--bootstrap-servers", bootstrapServers));
        return new Victim(command, logs.resolve(command + ".log"), List.of(heap), all);
    }

    /** Sends records as they are, spread over a time. */
    void send(List<SyntheticPredictions.Message> messages, Duration over) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer())) {
            long start = System.nanoTime();
            for (int i = 0; i < messages.size(); i++) {
                TimeUnit.NANOSECONDS.sleep(over.toNanos() * i / messages.size() - (System.nanoTime() - start));
                SyntheticPredictions.Message message = messages.get(i);
                var unused = producer.send(new ProducerRecord<>(
                        TOPICS.predictions(),
                        message.partition(),
                        message.user().getBytes(StandardCharsets.UTF_8),
                        message.value()));
            }
        }
    }

    /** Kills the job within a time, and one time in four again before it can have come far; then it runs. */
    void kill(Duration within) throws Exception {
        do {
            TimeUnit.MILLISECONDS.sleep(random.nextLong(within.toMillis()));
            job.kill();
            kills++;
            job = jobs.get(random.nextInt(MOST_TASKS));
            job.start();
        } while (random.nextInt(4) == 0);
    }

    int kills() {
        return kills;
    }

    /** Waits for a condition while the job runs. */
    void await(Callable<Boolean> condition) {
        await(Duration.ZERO, condition);
    }

    private void await(Duration during, Callable<Boolean> condition) {
        Awaitility.await().atMost(PATIENCE).pollInterval(POLL).during(during).until(() -> {
            assertThat(job.isAlive()).as("the job runs; see %s", logs).isTrue();
            return condition.call();
        });
    }

    /** Waits until nothing more is published though all predictions were read. */
    void awaitEnd() {
        await(() -> {
            predictions.readOn();
            return readByJob() == predictions.end();
        });
        await(QUIET, () -> !metrics.readOn() && !comparisons.readOn());
    }

    /** As {@link CommittedTopic#end}, of the job at its latest checkpoint. */
    private long readByJob() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            return admin
                    .listConsumerGroupOffsets(MetricsJob.groupId(TOPICS))
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .values()
                    .stream()
                    .mapToLong(offset -> offset.offset())
                    .sum();
        }
    }

    CommittedTopic<Prediction> predictions() {
        return predictions;
    }

    CommittedTopic<DomainMetrics> metrics() {
        return metrics;
    }

    CommittedTopic<ModelComparison> comparisons() {
        return comparisons;
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    /**
     * Predictions that came late since the job was last started.
     *
     * @param forAll of their windows
     * @param forSome of them
     */
    record Late(long forAll, long forSome) {}

    /** What the job says of late predictions; it gathers that now and then, so until it says no more. */
    Late late() {
        Late[] told = {new Late(-1, -1)};
        await(QUIET, () -> {
            Late before = told[0];
            told[0] = new Late(counter("late"), counter("partlyLate"));
            return told[0].equals(before) && told[0].forAll() >= 0 && told[0].forSome() >= 0;
        });
        return told[0];
    }

    /** A counter of the first stage, summed up over its tasks; -1 where it is not known yet. */
    private long counter(String name) throws IOException, InterruptedException {
        String id = first("/jobs", "\"id\":\"(\\w+)\"");
        String users = first("/jobs/" + id, "\"id\":\"(\\w+)\"[^{}]*\"name\":\"users");
        List<MatchResult> found = matches(
                "/jobs/" + id + "/vertices/" + users + "/subtasks/metrics?get=users." + name, "\"sum\":([\\d.]+)");
        return found.isEmpty() ? -1 : (long) Double.parseDouble(found.get(0).group(1));
    }

    private String first(String path, String pattern) throws IOException, InterruptedException {
        return matches(path, pattern).get(0).group(1);
    }

    private List<MatchResult> matches(String path, String pattern) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + restPort + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return Pattern.compile(pattern).matcher(response.body()).results().toList();
    }

    @Override
    public void close() {
        predictions.close();
        metrics.close();
        comparisons.close();
        jobs.forEach(Victim::close);
        broker.close();
    }
}

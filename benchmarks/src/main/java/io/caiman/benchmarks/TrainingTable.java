package io.caiman.benchmarks;

import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.jobs.training.TrainingOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.NetworkKind;
import io.caiman.schemas.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import jdk.jfr.Recording;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Where the time of the training job goes, Kafka to Kafka: the default model on {@link PreparedStream}'s impressions, which all
 * lie in the topic before it starts; a checkpoint every ten seconds; the broker a process of its own on the same cores. What is
 * measured begins when a part of them is done and everything is compiled, and ends with the last prediction written.
 */
@Command(name = "TrainingTable", mixinStandardHelpOptions = true, sortOptions = false)
public final class TrainingTable implements Callable<Integer> {

    private static final Duration LOOK = Duration.ofMillis(50);

    @Parameters(paramLabel = "FOLDER", description = "With room for the topics and checkpoints.")
    private Path folder = Path.of("");

    @Option(names = "--batch", defaultValue = "1024", description = "Impressions in a mini-batch.")
    private int batch;

    @Option(names = "--warm-up", defaultValue = "200", description = "Mini-batches before those that are measured.")
    private int warmUp;

    @Option(names = "--batches", defaultValue = "1000", description = "Mini-batches that are measured.")
    private int batches;

    @Option(names = "--rate-only", description = "No table, and nothing that looks at the job while it runs.")
    private boolean rateOnly;

    @Option(names = "--jfr", paramLabel = "FILE", description = "Record what is measured with Java's flight recorder.")
    private Optional<Path> jfr = Optional.empty();

    private final Topics topics = Topics.withPrefix("");

    private TrainingTable() {}

    /** Measures and prints. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new TrainingTable()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(folder);
        PreparedStream stream = PreparedStream.in(folder, batch * (warmUp + batches));
        try (BrokerProcess broker = BrokerProcess.start(folder)) {
            MeasuredJob.fill(
                    broker.address(),
                    topics.impressions(),
                    1,
                    List.of(topics.predictions(), topics.modelHealth(), topics.rowTombstones(), topics.deadLetters()),
                    stream::send);
            measure(broker.address());
        } finally {
            BrokerProcess.delete(folder.resolve("checkpoints"));
        }
        return CommandLine.ExitCode.OK;
    }

    private void measure(String address) throws Exception {
        StreamExecutionEnvironment env = TrainCommand.environment(MeasuredJob.configuration(folder));
        TrainCommand.addTo(
                env,
                new KafkaOptions(KafkaConnection.to(address), topics, Duration.ofMinutes(10)),
                StepShape.spec(NetworkKind.CROCODILE, "batch: {size: %d, max-wait-millis: 0}%n".formatted(batch)),
                TrainingOptions.on(ComputeDevice.CPU));
        JobClient job = env.executeAsync();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            long before = await(admin, job, (long) batch * warmUp);
            long start = System.nanoTime();
            double busyBefore = MeasuredJob.busySeconds();
            Optional<Recording> recording = jfr.isPresent() && !rateOnly ? Optional.of(record()) : Optional.empty();
            Optional<StackSamples> samples = rateOnly ? Optional.empty() : Optional.of(new StackSamples(taskThreads()));
            int impressions = (int) (await(admin, job, (long) batch * (warmUp + batches)) - before);
            double seconds = (System.nanoTime() - start) / 1e9;
            if (samples.isPresent()) {
                samples.get().close();
            }
            if (recording.isPresent()) {
                recording.get().dump(jfr.orElseThrow());
                recording.get().close();
            }
            double busy = MeasuredJob.busySeconds() - busyBefore;
            samples.ifPresent(looks -> System.out.println(looks.table(impressions)));
            System.out.printf(
                    Locale.ROOT,
                    "batch %d: %,.0f impressions/s, Kafka to Kafka, over %.1f s; this process had %.2f cores%n",
                    batch,
                    impressions / seconds,
                    seconds,
                    busy / seconds);
        } finally {
            job.cancel().get();
        }
    }

    private static Recording record() throws Exception {
        Recording recording = new Recording(jdk.jfr.Configuration.getConfiguration("profile"));
        recording.start();
        return recording;
    }

    /** Waits until so many records are in the topic of predictions, committed or not, and says how many there are. */
    private long await(Admin admin, JobClient job, long records) throws Exception {
        TopicPartition predictions = new TopicPartition(topics.predictions(), 0);
        while (true) {
            long end = admin.listOffsets(Map.of(predictions, OffsetSpec.latest()))
                    .partitionResult(predictions)
                    .get()
                    .offset();
            if (end >= records) {
                return end;
            }
            if (job.getJobStatus().get().isTerminalState()) {
                throw new IllegalStateException(
                        "the job ended: " + job.getJobStatus().get());
            }
            Thread.sleep(LOOK.toMillis());
        }
    }

    /** The thread of the job's task, and the one that learns where that is another. */
    private static List<Thread> taskThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("Source: impressions")
                        || thread.getName().startsWith("learner"))
                .sorted((a, b) -> b.getName().compareTo(a.getName()))
                .toList();
    }
}

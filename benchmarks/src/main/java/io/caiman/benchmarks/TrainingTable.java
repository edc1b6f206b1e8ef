package io.caiman.benchmarks;

import io.caiman.jobs.training.TrainingOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.train.Pipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import jdk.jfr.Recording;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
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

    @Option(names = "--threads", defaultValue = "1", description = "That share each of PyTorch's products.")
    private int threads;

    @Option(
            names = "--pipeline",
            defaultValue = "exact",
            description = "How the steps follow each other: exact or stale-1.")
    private String pipeline = "exact";

    @Option(names = "--rate-only", description = "No table, and nothing that looks at the job while it runs.")
    private boolean rateOnly;

    @Option(names = "--jfr", paramLabel = "FILE", description = "Record what is measured with Java's flight recorder.")
    private Optional<Path> jfr = Optional.empty();

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
            TrainingFlow flow = new TrainingFlow(broker.address(), options());
            flow.fill(stream::send);
            measure(flow);
        } finally {
            BrokerProcess.delete(folder.resolve("checkpoints"));
        }
        return CommandLine.ExitCode.OK;
    }

    private TrainingOptions options() {
        TrainingOptions usual = TrainingOptions.on(ComputeDevice.cpu(threads));
        return new TrainingOptions(
                usual.device(),
                usual.deviceRowBytes(),
                usual.rows(),
                Pipeline.parse(pipeline).orElseThrow());
    }

    private void measure(TrainingFlow flow) throws Exception {
        StreamExecutionEnvironment env = flow.job(MeasuredJob.configuration(folder), batch);
        JobClient job = env.executeAsync();
        try (Admin admin = flow.admin()) {
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
    private static long await(Admin admin, JobClient job, long records) throws Exception {
        while (true) {
            long end = TrainingFlow.predictions(admin);
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

    /** The thread of the job's task, and those that learn. */
    private static List<Thread> taskThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("Source: impressions")
                        || thread.getName().startsWith("learner"))
                .sorted((a, b) -> b.getName().compareTo(a.getName()))
                .toList();
    }
}

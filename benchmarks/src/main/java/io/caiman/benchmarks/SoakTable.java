package io.caiman.benchmarks;

import io.caiman.jobs.training.TrainingOptions;
import io.caiman.model.nn.ComputeDevice;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointStatsStatus;
import org.apache.flink.runtime.checkpoint.SubtaskStateStats;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * A long run of the training job, Kafka to Kafka, at the highest rate: whether its rate, its heap, its native memory and the
 * length of its checkpoints stay as they are. The job is that of {@link TrainingTable}. {@link PreparedStream}'s impressions come
 * again and again, so that there are no new ids after the first time, and what still grows then is a leak.
 *
 * <p>Heap is what a full collection leaves. Native memory is all memory of the process that belongs to no file, on Linux; give
 * {@code -Xms} the value of {@code -Xmx} and {@code -XX:+AlwaysPreTouch}, else it has the heap's growth in it.
 *
 * <p>Two columns tell the machine's speed from the job's: the time that the process has of the cores for an impression, and the
 * time on a core that a fixed calculation takes, which has nothing to do with the job. What varies as the latter does is the
 * machine's.
 */
@Command(name = "SoakTable", mixinStandardHelpOptions = true, sortOptions = false)
public final class SoakTable implements Callable<Integer> {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ANONYMOUS = "RssAnon:";

    /** What a line fitted to the looks may rise or fall by, from the first to the last, as a share of their mean. */
    private static final double FLAT = 0.05;

    private static final double LONGEST_CHECKPOINT_TO_MEDIAN = 2;

    /** Floats of each of the yardstick's two arrays, together more than a core's own cache. */
    private static final int YARDSTICK_FLOATS = 1 << 19;

    private static final int YARDSTICK_ROUNDS = 50;

    @Parameters(paramLabel = "FOLDER", description = "With room for the topics and checkpoints, 6 GB for 10 minutes.")
    private Path folder = Path.of("");

    @Option(
            names = "--minutes",
            defaultValue = "10",
            description = "How long, after the impressions came for the first time.")
    private double minutes;

    @Option(names = "--batch", defaultValue = "1024", description = "Impressions in a mini-batch.")
    private int batch;

    @Option(names = "--look-seconds", defaultValue = "30", description = "Time between two lines.")
    private int lookSeconds;

    @Option(names = "--impressions", defaultValue = "204800", description = "That come again and again.")
    private int impressions;

    private volatile long predictions;
    private volatile boolean over;
    private long sent;

    private final float[] from = new float[YARDSTICK_FLOATS];
    private final float[] to = new float[YARDSTICK_FLOATS];

    private SoakTable() {}

    /** Measures and prints. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SoakTable()).execute(arguments));
    }

    /**
     * What is seen at one moment.
     *
     * @param coreMicros time on a core for an impression, of the whole process but the yardstick
     * @param yardstickMillis time on a core of the fixed calculation, the mean of five a second
     * @param checkpoints that were completed since the look before, by time
     */
    private record Look(
            double seconds,
            double rate,
            double coreMicros,
            double yardstickMillis,
            double heapMegabytes,
            double anonymousMegabytes,
            List<AbstractCheckpointStats> checkpoints) {}

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(folder);
        PreparedStream stream = PreparedStream.in(folder, impressions);
        try (BrokerProcess broker = BrokerProcess.start(folder)) {
            CountDownLatch first = new CountDownLatch(1);
            TrainingFlow flow = new TrainingFlow(broker.address(), TrainingOptions.on(ComputeDevice.CPU));
            Thread feeder = new Thread(() -> feed(flow, stream, first), "feeder");
            feeder.setDaemon(true);
            feeder.start();
            first.await();
            soak(flow);
        } finally {
            over = true;
            BrokerProcess.delete(folder.resolve("checkpoints"));
        }
        return CommandLine.ExitCode.OK;
    }

    /**
     * Sends the impressions again and again, at most one time more than they are learned from. It goes on evenly, as it takes from
     * the cores that the job runs on.
     */
    private void feed(TrainingFlow flow, PreparedStream stream, CountDownLatch first) {
        try {
            flow.fill(topic -> {
                while (!over) {
                    stream.send((impression, partition) -> {
                        while (!over && sent - predictions >= impressions) {
                            sleep(20);
                        }
                        topic.accept(impression, partition);
                        sent++;
                    });
                    first.countDown();
                }
            });
        } catch (Exception e) {
            throw new IllegalStateException("the topic cannot be filled", e);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void soak(TrainingFlow flow) throws Exception {
        Configuration configuration = MeasuredJob.configuration(folder);
        configuration.set(RestOptions.BIND_PORT, "0");
        StreamExecutionEnvironment env = flow.job(configuration, batch);
        StreamGraph graph = env.getStreamGraph();
        try (MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                        .setConfiguration(configuration)
                        .setNumSlotsPerTaskManager(1)
                        .build());
                Admin admin = flow.admin()) {
            cluster.start();
            JobID job = cluster.submitJob(graph).get().getJobID();
            while (predictions < impressions) {
                sleep(500);
                predictions = TrainingFlow.predictions(admin);
                double unused = yardstick();
            }
            List<Look> looks = look(admin, cluster, job);
            summarize(looks);
        }
    }

    private List<Look> look(Admin admin, MiniCluster cluster, JobID job) throws Exception {
        System.out.println(
                "| s | impressions/s | core us an impression | yardstick ms | heap MB | native MB | checkpoints ms |"
                        + "\n|---|---|---|---|---|---|---|");
        List<Look> looks = new ArrayList<>();
        long start = System.nanoTime();
        double before = 0;
        long seen = lastCheckpoint(cluster, job);
        while (before < 60 * minutes) {
            long countBefore = predictions;
            double busyBefore = MeasuredJob.busySeconds();
            DoubleSummaryStatistics yardstick = new DoubleSummaryStatistics();
            double next = before + lookSeconds;
            while ((System.nanoTime() - start) / 1e9 < next) {
                sleep(200);
                predictions = TrainingFlow.predictions(admin);
                yardstick.accept(yardstick());
            }
            double now = (System.nanoTime() - start) / 1e9;
            double learned = predictions - countBefore;
            double busy = MeasuredJob.busySeconds() - busyBefore - yardstick.getSum() / 1e3;
            System.gc();
            long after = seen;
            List<AbstractCheckpointStats> checkpoints = checkpoints(cluster, job).stream()
                    .filter(checkpoint -> checkpoint.getCheckpointId() > after)
                    .sorted(Comparator.comparingLong(AbstractCheckpointStats::getCheckpointId))
                    .toList();
            seen = checkpoints.isEmpty()
                    ? seen
                    : checkpoints.get(checkpoints.size() - 1).getCheckpointId();
            Runtime heap = Runtime.getRuntime();
            Look look = new Look(
                    now,
                    learned / (now - before),
                    1e6 * busy / learned,
                    yardstick.getAverage(),
                    (heap.totalMemory() - heap.freeMemory()) / 1e6,
                    anonymous(),
                    checkpoints);
            looks.add(look);
            System.out.printf(
                    Locale.ROOT,
                    "| %.0f | %,.0f | %.1f | %.2f | %.0f | %,.0f | %s |%n",
                    look.seconds,
                    look.rate,
                    look.coreMicros,
                    look.yardstickMillis,
                    look.heapMegabytes,
                    look.anonymousMegabytes,
                    checkpoints.stream()
                            .map(checkpoint -> String.valueOf(checkpoint.getEndToEndDuration()))
                            .collect(Collectors.joining(", ")));
            before = now;
        }
        return looks;
    }

    /** Milliseconds on a core of a calculation that is always the same. */
    private double yardstick() {
        var threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        for (int round = 0; round < YARDSTICK_ROUNDS; round++) {
            for (int i = 0; i < YARDSTICK_FLOATS; i++) {
                to[i] = 0.5f * to[i] + from[i];
            }
        }
        return (threads.getCurrentThreadCpuTime() - start) / 1e6;
    }

    private static List<AbstractCheckpointStats> checkpoints(MiniCluster cluster, JobID job) throws Exception {
        var snapshot = cluster.getExecutionGraph(job).get().getCheckpointStatsSnapshot();
        return snapshot == null
                ? List.of()
                : snapshot.getHistory().getCheckpoints().stream()
                        .filter(checkpoint -> checkpoint.getStatus() == CheckpointStatsStatus.COMPLETED)
                        .toList();
    }

    private static long lastCheckpoint(MiniCluster cluster, JobID job) throws Exception {
        return checkpoints(cluster, job).stream()
                .mapToLong(AbstractCheckpointStats::getCheckpointId)
                .max()
                .orElse(0);
    }

    /** Megabytes of memory that belong to no file; not a number where the system does not say. */
    private static double anonymous() throws IOException {
        if (!Files.exists(STATUS)) {
            return Double.NaN;
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(ANONYMOUS))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static void summarize(List<Look> looks) {
        tell("rate", looks, Look::rate);
        tell("time on a core for an impression", looks, Look::coreMicros);
        tell("yardstick", looks, Look::yardstickMillis);
        tell("heap", looks, Look::heapMegabytes);
        tell("native memory", looks, Look::anonymousMegabytes);
        List<AbstractCheckpointStats> all = looks.stream()
                .flatMap(look -> look.checkpoints.stream())
                .sorted(Comparator.comparingLong(AbstractCheckpointStats::getEndToEndDuration))
                .toList();
        if (!all.isEmpty()) {
            AbstractCheckpointStats median = all.get(all.size() / 2);
            AbstractCheckpointStats longest = all.get(all.size() - 1);
            double ratio = (double) longest.getEndToEndDuration() / median.getEndToEndDuration();
            System.out.printf(
                    Locale.ROOT,
                    "checkpoints: %d, median %s, longest %.2f times that, %s: %s%n",
                    all.size(),
                    parts(median),
                    ratio,
                    parts(longest),
                    ratio <= LONGEST_CHECKPOINT_TO_MEDIAN ? "flat" : "not flat");
        }
    }

    /** How long a checkpoint took, and how much of that the task waited while it was taken, and its files were copied. */
    private static String parts(AbstractCheckpointStats checkpoint) {
        SubtaskStateStats task = checkpoint.getLatestAcknowledgedSubtaskStats();
        return task == null
                ? checkpoint.getEndToEndDuration() + " ms"
                : "%d ms (%d synchronous, %d asynchronous)"
                        .formatted(
                                checkpoint.getEndToEndDuration(),
                                task.getSyncCheckpointDuration(),
                                task.getAsyncCheckpointDuration());
    }

    private static void tell(String what, List<Look> looks, ToDoubleFunction<Look> value) {
        double[] seconds = looks.stream().mapToDouble(Look::seconds).toArray();
        double drift = drift(seconds, looks.stream().mapToDouble(value).toArray());
        System.out.printf(
                Locale.ROOT,
                "%s: %+.1f %% from the first to the last line, as a fitted line has it: %s%n",
                what,
                100 * drift,
                Math.abs(drift) <= FLAT ? "flat" : "not flat");
    }

    /** By how much of their mean the least-squares line through the values rises from the first to the last. */
    private static double drift(double[] seconds, double[] values) {
        double meanSeconds = Arrays.stream(seconds).average().orElseThrow();
        double mean = Arrays.stream(values).average().orElseThrow();
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < values.length; i++) {
            covariance += (seconds[i] - meanSeconds) * (values[i] - mean);
            variance += (seconds[i] - meanSeconds) * (seconds[i] - meanSeconds);
        }
        return variance == 0 ? 0 : covariance / variance * (seconds[seconds.length - 1] - seconds[0]) / mean;
    }
}

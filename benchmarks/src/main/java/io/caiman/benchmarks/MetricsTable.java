package io.caiman.benchmarks;

import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.jobs.metrics.MetricsJob;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.model.evaluation.QualitySums;
import io.caiman.model.evaluation.RankedScores;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.TimeUtils;

/**
 * Predictions a second of the metrics job, from a topic of two partitions to the published figures, with two tasks of each
 * operator, checkpoints every ten seconds and the broker a process of its own; beside a plain loop on one thread that computes
 * the same rolling figures from arrays. What others leave of the cores does not matter to the second figure, predictions for
 * each second that this process had of one (the broker not included). Predictions of 100,000 users whose domains are drawn
 * uniformly, panes of 5 minutes. Each is run once before any is measured, so that the code is compiled.
 *
 * <p>A figure of every domain is due at the end of every pane, so with many domains the cost depends on the event time that the
 * predictions span: the longer it is, the fewer of them share in the cost of a figure. 4 million in 80 minutes are 830 a second,
 * with 10,000 domains 25 for each figure; in 400 seconds they are 10,000 a second.
 *
 * <p>Arguments: a folder with room, number of predictions, windows such as {@code 1h}, the event time that the predictions span
 * such as {@code 80min}, then numbers of domains.
 */
public final class MetricsTable {

    private static final int USERS = 100_000;
    private static final long FIRST_TIME = 1_700_000_100_000L;
    private static final Duration PANE = MetricsOptions.PANE.defaultValue();
    private static final String MODEL = "crocodile";
    private static final String TASK = "click";

    private MetricsTable() {}

    /**
     * What a run of the job took.
     *
     * @param busySeconds of all threads of this process, those of the garbage collector too, on the cores
     * @param published figures it had written, rolling and cumulative
     * @param heapBytes more in use at its end than before it
     */
    private record Figures(double seconds, double busySeconds, long published, long heapBytes) {}

    /** The predictions of one run in columns. */
    private record Log(int size, long[] times, int[] users, int[] domains, double[] scores, boolean[] labels) {

        static Log random(int size, Duration span, int domains) {
            Log log = new Log(size, new long[size], new int[size], new int[size], new double[size], new boolean[size]);
            Random random = new Random(1);
            for (int i = 0; i < size; i++) {
                log.times[i] = FIRST_TIME + span.toMillis() * i / size;
                // Some users are many times as active as others.
                log.users[i] = (int) (USERS * random.nextDouble() * random.nextDouble());
                log.domains[i] = random.nextInt(domains);
                log.scores[i] = 1 / (1 + Math.exp(3 - random.nextGaussian()));
                log.labels[i] = random.nextDouble() < log.scores[i];
            }
            return log;
        }
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int size = Integer.parseInt(arguments[1]);
        String windows = arguments[2];
        Duration span = TimeUtils.parseDuration(arguments[3]);
        List<Integer> domains =
                Arrays.stream(arguments).skip(4).map(Integer::valueOf).toList();
        for (int warmUp : domains) {
            measure(Log.random(size, span, warmUp), windows, folder); // until the code is compiled
        }
        for (int count : domains) {
            Log log = Log.random(size, span, count);
            double plain = plain(log, Duration.ofHours(1).toMillis(), count);
            System.out.printf(
                    Locale.ROOT, "%d domains, plain loop, window 1h: %,.0f predictions/s%n", count, size / plain);
            Figures figures = measure(log, windows, folder);
            System.out.printf(
                    Locale.ROOT,
                    "%d domains, job, windows %s, event time %s: %,.0f predictions/s, %,.0f for each second of a core,"
                            + " %,d figures, one for every %,.1f predictions, %,d MiB of heap, %,.0f bytes for each"
                            + " prediction%n",
                    count,
                    windows,
                    arguments[3],
                    size / figures.seconds,
                    size / figures.busySeconds,
                    figures.published,
                    (double) size / figures.published,
                    figures.heapBytes >> 20,
                    (double) figures.heapBytes / size);
        }
    }

    /** A run of the job over a topic that has all of it. */
    private static Figures measure(Log log, String windows, Path folder) throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(folder)) {
            produce(broker.address(), log);
            return measure(broker.address(), log.size, windows, folder);
        }
    }

    private static void produce(String address, Log log) throws Exception {
        Topics topics = Topics.withPrefix("");
        RecordCodec<Prediction> codec = RecordCodec.of(Prediction.class);
        MeasuredJob.fill(address, List.of(topics.domainMetrics(), topics.deadLetters()), predictions -> {
            for (int i = 0; i < log.size; i++) {
                byte[] value = codec.encode(new Prediction(
                        "impression-" + i,
                        0,
                        (long) i,
                        log.times[i],
                        MODEL,
                        (long) i / 512,
                        "domain-" + log.domains[i],
                        "user-" + log.users[i],
                        TASK,
                        log.labels[i],
                        log.scores[i]));
                predictions.accept(value, log.users[i]);
            }
        });
    }

    private static long heapInUse() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** From the start of the tasks until the cumulative figures over all domains cover everything. */
    private static Figures measure(String address, int size, String windows, Path folder) throws Exception {
        Configuration configuration = MeasuredJob.configuration(folder);
        configuration.setString(MetricsOptions.WINDOW.key(), windows);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        Topics topics = Topics.withPrefix("");
        MetricsJob.define(
                env,
                new KafkaOptions(KafkaConnection.to(address), topics, Duration.ofMinutes(10)),
                MetricsOptions.from(configuration));
        long heapBefore = heapInUse();
        double busyBefore = MeasuredJob.busySeconds();
        RecordCodec<DomainMetrics> codec = RecordCodec.of(DomainMetrics.class);
        try (MeasuredJob job = MeasuredJob.run(
                address,
                env,
                topics.domainMetrics(),
                value -> codec.decode(value).getImpressions() >= size)) {
            double busy = MeasuredJob.busySeconds() - busyBefore;
            return new Figures(job.seconds(), busy, job.published(), heapInUse() - heapBefore);
        }
    }

    /** Seconds for the rolling figures of every scope at every end of a pane, each window from its slice of the arrays. */
    private static double plain(Log log, long window, int domains) {
        long start = System.nanoTime();
        double sum = 0;
        int from = 0;
        int to = 0;
        while (to < log.size) {
            long end = log.times[to] / PANE.toMillis() * PANE.toMillis() + PANE.toMillis();
            while (to < log.size && log.times[to] < end) {
                to++;
            }
            while (log.times[from] < end - window) {
                from++;
            }
            sum += figures(log, range(from, to));
            int[] counts = new int[domains];
            for (int i = from; i < to; i++) {
                counts[log.domains[i]]++;
            }
            int[][] byDomain = new int[domains][];
            for (int domain = 0; domain < domains; domain++) {
                byDomain[domain] = new int[counts[domain]];
            }
            for (int i = to - 1; i >= from; i--) {
                byDomain[log.domains[i]][--counts[log.domains[i]]] = i;
            }
            for (int[] domain : byDomain) {
                sum += figures(log, domain);
            }
        }
        if (Double.isNaN(sum)) {
            throw new IllegalStateException("a figure is not a number");
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static int[] range(int from, int to) {
        int[] range = new int[to - from];
        Arrays.setAll(range, i -> from + i);
        return range;
    }

    private static double figures(Log log, int[] positions) {
        int[] users = new int[positions.length];
        double[] scores = new double[positions.length];
        boolean[] labels = new boolean[positions.length];
        for (int i = 0; i < positions.length; i++) {
            users[i] = log.users[positions[i]];
            scores[i] = log.scores[positions[i]];
            labels[i] = log.labels[positions[i]];
        }
        return RankedScores.of(scores, labels).auc().orElse(0)
                + GroupedAuc.of(users, scores, labels).gauc().orElse(0)
                + QualitySums.of(scores, labels).logLoss().orElse(0);
    }
}

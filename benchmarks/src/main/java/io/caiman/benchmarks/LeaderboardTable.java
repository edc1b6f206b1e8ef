package io.caiman.benchmarks;

import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.jobs.leaderboard.LeaderboardTopology;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.LeaderboardOptions;
import io.caiman.model.evaluation.ClusteredDeLong;
import io.caiman.model.evaluation.DeLong;
import io.caiman.model.evaluation.GroupedAuc;
import io.caiman.model.evaluation.Placements;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.ModelComparison;
import io.caiman.schemas.avro.Prediction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Predictions a second of the leaderboard, from a topic of two partitions with the predictions of two models to the published
 * comparisons, with its default options, two tasks of each operator, checkpoints every ten seconds and the broker a process of
 * its own; beside a plain loop on one thread that has the pairs in arrays and compares the models at the end of every hour of
 * event time, over that hour, over all before and by domain. Impressions of 100,000 users, 415 a second of event time; the second
 * model comes 1,000 impressions behind the first. The end is seen at the next refresh, up to ten seconds late.
 *
 * <p>Arguments: a folder with room, number of predictions, then numbers of domains.
 */
public final class LeaderboardTable {

    private static final int USERS = 100_000;
    private static final int BEHIND = 1_000;
    private static final double MILLIS_BETWEEN = 2.4;
    private static final long FIRST_TIME = 1_700_000_100_000L;
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final int MOST_PAIRS = LeaderboardOptions.MOST_PAIRS.defaultValue();
    private static final String BASELINE = "champion";
    private static final String CHALLENGER = "challenger";

    private LeaderboardTable() {}

    /** The impressions of one run in columns, each with the scores of both models. */
    private record Log(
            int size, long[] times, int[] users, int[] domains, boolean[] labels, double[] first, double[] second) {

        static Log random(int size, int domains) {
            Log log = new Log(
                    size,
                    new long[size],
                    new int[size],
                    new int[size],
                    new boolean[size],
                    new double[size],
                    new double[size]);
            Random random = new Random(1);
            for (int i = 0; i < size; i++) {
                log.times[i] = FIRST_TIME + (long) (MILLIS_BETWEEN * i);
                // Some users are many times as active as others.
                log.users[i] = (int) (USERS * random.nextDouble() * random.nextDouble());
                log.domains[i] = random.nextInt(domains);
                double truth = random.nextGaussian() - 3;
                log.labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-truth));
                log.first[i] = 1 / (1 + Math.exp(-truth - random.nextGaussian()));
                log.second[i] = 1 / (1 + Math.exp(-truth - 0.9 * random.nextGaussian()));
            }
            return log;
        }

        byte[] prediction(RecordCodec<Prediction> codec, int i, String model) {
            return codec.encode(new Prediction(
                    "impression-" + i,
                    users[i] % MeasuredJob.PARTITIONS,
                    (long) i,
                    times[i],
                    model,
                    (long) i / 512,
                    "domain-" + domains[i],
                    "user-" + users[i],
                    "click",
                    labels[i],
                    model.equals(BASELINE) ? first[i] : second[i]));
        }
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int predictions = Integer.parseInt(arguments[1]);
        for (String domains : Arrays.copyOfRange(arguments, 2, arguments.length)) {
            Log log = Log.random(predictions / 2, Integer.parseInt(domains));
            System.out.printf(
                    Locale.ROOT,
                    "%s domains, plain loop: %,.0f predictions/s%n",
                    domains,
                    predictions / plain(log, Integer.parseInt(domains)));
            try (BrokerProcess broker = BrokerProcess.start(folder)) {
                produce(broker.address(), log);
                double busyBefore = MeasuredJob.busySeconds();
                double seconds = measure(broker.address(), log.size, folder);
                System.out.printf(
                        Locale.ROOT,
                        "%s domains, leaderboard: %,.0f predictions/s, %,.0f for each second of a core, %,d MiB of heap in"
                                + " use%n",
                        domains,
                        predictions / seconds,
                        predictions / (MeasuredJob.busySeconds() - busyBefore),
                        (Runtime.getRuntime().totalMemory()
                                        - Runtime.getRuntime().freeMemory())
                                >> 20);
            }
        }
        System.exit(0); // the local cluster's threads would go on
    }

    private static void produce(String address, Log log) throws Exception {
        RecordCodec<Prediction> codec = RecordCodec.of(Prediction.class);
        MeasuredJob.fill(address, List.of(Topics.withPrefix("").modelComparisons()), predictions -> {
            for (int i = 0; i < log.size + BEHIND; i++) {
                if (i < log.size) {
                    predictions.accept(log.prediction(codec, i, BASELINE), log.users[i]);
                }
                if (i >= BEHIND) {
                    predictions.accept(log.prediction(codec, i - BEHIND, CHALLENGER), log.users[i - BEHIND]);
                }
            }
        });
    }

    /** Seconds from the start of the tasks until the cumulative comparison over all domains covers the last impression. */
    private static double measure(String address, int impressions, Path folder) throws Exception {
        Configuration configuration = MeasuredJob.configuration(folder);
        configuration.setString(LeaderboardOptions.BASELINE.key(), BASELINE);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        Topics topics = Topics.withPrefix("");
        LeaderboardTopology.build(
                env,
                new KafkaOptions(KafkaConnection.to(address), topics, Duration.ofMinutes(10)),
                LeaderboardOptions.from(configuration).orElseThrow());
        long last = FIRST_TIME + (long) (MILLIS_BETWEEN * (impressions - 1));
        RecordCodec<ModelComparison> codec = RecordCodec.of(ModelComparison.class);
        try (MeasuredJob job = MeasuredJob.run(
                address,
                env,
                topics.modelComparisons(),
                value -> codec.decode(value).getEndMs() >= last)) {
            return job.seconds();
        }
    }

    /** Seconds for the comparisons over the last hour and over all so far, of every scope at every end of an hour. */
    private static double plain(Log log, int domains) {
        long start = System.nanoTime();
        double sum = 0;
        int from = 0;
        for (int to = 0; to < log.size; from = to) {
            long end = log.times[to] / HOUR * HOUR + HOUR;
            while (to < log.size && log.times[to] < end) {
                to++;
            }
            for (int first : new int[] {from, 0}) {
                sum += compare(log, IntStream.range(first, to).toArray());
                for (int domain = 0; domain < domains; domain++) {
                    int of = domain;
                    sum += compare(
                            log,
                            IntStream.range(first, to)
                                    .filter(i -> log.domains[i] == of)
                                    .toArray());
                }
            }
        }
        if (Double.isNaN(sum)) {
            throw new IllegalStateException("a figure is not a number");
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** Of more impressions than a comparison may be over, the first: random ones, as all are. */
    private static double compare(Log log, int[] positions) {
        int size = Math.min(MOST_PAIRS, positions.length);
        double[] first = new double[size];
        double[] second = new double[size];
        boolean[] labels = new boolean[size];
        long[] users = new long[size];
        int[] numbers = new int[size];
        for (int i = 0; i < size; i++) {
            first[i] = log.first[positions[i]];
            second[i] = log.second[positions[i]];
            labels[i] = log.labels[positions[i]];
            users[i] = numbers[i] = log.users[positions[i]];
        }
        Placements placements = Placements.of(first, second, labels);
        return DeLong.compare(placements).orElseThrow().pValue()
                + ClusteredDeLong.compare(users, placements).orElseThrow().low()
                + GroupedAuc.of(numbers, first, labels).gauc().orElse(0)
                + GroupedAuc.of(numbers, second, labels).gauc().orElse(0);
    }
}

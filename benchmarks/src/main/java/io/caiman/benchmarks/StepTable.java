package io.caiman.benchmarks;

import ai.djl.pytorch.jni.JniUtils;
import com.sun.management.ThreadMXBean;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.FirstValues;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowCensus;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.embedding.RowVisitor;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Trainer;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One training step beside its bare matrix products, in turn, in one process: five embedding sets of dimension 16, 20
 * features, experts 256-128-64, five domains, the covariance loss over all samples. Prints a Markdown table of medians.
 *
 * <p>The step alone has its rows at hand; the last column but one adds fetching them from 200,000 rows in memory and
 * putting them back, every feature's 10,000 ids being equally likely, which no cache likes.
 */
public final class StepTable {

    private static final int FEATURES = 20;
    private static final int DOMAINS = 5;
    private static final int IDS = 10_000;
    private static final int[] BATCHES = {1, 8, 16, 64, 256, 1024, 4096};
    private static final long NANOS_EACH = 6_000_000_000L;
    private static final int LEAST_ROUNDS = 10;

    private final SplittableRandom random = new SplittableRandom(1);

    private StepTable() {}

    /**
     * Prints the table.
     *
     * @param args the batches to measure; none: from 1 to 4096
     */
    public static void main(String[] args) {
        int[] batches = args.length == 0
                ? BATCHES
                : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
        System.out.println("| threads | batch | products ms | step ms | step / products | impressions/s"
                + " | step with its rows' store ms | heap KB a step |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        for (int threads : new int[] {1, 2}) {
            for (int batch : batches) {
                System.out.println(new StepTable().row(threads, batch));
            }
        }
    }

    private static ModelSpec spec() {
        String features = IntStream.range(3, FEATURES).mapToObj(i -> ", f" + i).collect(Collectors.joining());
        return SpecReader.parse(
                "benchmark",
                "name: m%ntask: click%ndomains: [a, b, c, d, e]%nfeatures: [user, item, domain%s]%n"
                        .formatted(features));
    }

    private String row(int threads, int batch) {
        ModelSpec spec = spec();
        EmbeddingStore atHand = new RowsAtHand(new RowInitializer(spec));
        MiniBatch impressions = new MiniBatch(FEATURES);
        var allocations = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (MatrixProducts products = new MatrixProducts(spec, batch);
                Trainer alone = new Trainer(spec, new ModelRows(atHand, atHand, atHand), ComputeDevice.CPU);
                Trainer stored = new Trainer(spec, ModelRows.inMemory(spec), ComputeDevice.CPU)) {
            JniUtils.setNumThreads(threads);
            double[][] millis = new double[3][10_000];
            int rounds = 0;
            long allocated = 0;
            long end = System.nanoTime() + NANOS_EACH;
            while (rounds < millis[0].length && (rounds < LEAST_ROUNDS || System.nanoTime() < end)) {
                fill(impressions, batch);
                millis[0][rounds] = millis(products::run);
                long before = allocations.getCurrentThreadAllocatedBytes();
                millis[1][rounds] = millis(() -> alone.step(impressions));
                allocated = allocations.getCurrentThreadAllocatedBytes() - before;
                millis[2][rounds] = millis(() -> stored.step(impressions));
                rounds++;
            }
            double floor = median(millis[0], rounds);
            double step = median(millis[1], rounds);
            return "| %d | %d | %.2f | %.2f | %.2f | %,.0f | %.2f | %d |"
                    .formatted(
                            threads,
                            batch,
                            floor,
                            step,
                            step / floor,
                            batch / step * 1000,
                            median(millis[2], rounds),
                            allocated / 1024);
        }
    }

    private void fill(MiniBatch impressions, int batch) {
        impressions.clear();
        for (int sample = 0; sample < batch; sample++) {
            int domain = random.nextInt(DOMAINS);
            impressions.start(domain, random.nextBoolean(), 0);
            for (int feature = 0; feature < FEATURES; feature++) {
                impressions.add(RowKeys.key(feature, feature == 2 ? domain : random.nextInt(IDS)), 1);
                impressions.endFeature();
            }
        }
    }

    private static double millis(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }

    /** Of the second half of the rounds, when everything is compiled. */
    private static double median(double[] millis, int rounds) {
        double[] warm = Arrays.copyOfRange(millis, rounds / 2, rounds);
        Arrays.sort(warm);
        return warm[warm.length / 2];
    }

    /** Gives rows that are already where they are asked for: what was there before, or first values. */
    private static final class RowsAtHand implements EmbeddingStore {

        private final FirstValues firstValues;
        private int filled;

        RowsAtHand(FirstValues firstValues) {
            this.firstValues = firstValues;
        }

        @Override
        public void gather(long[] keys, int count, float[] rows) {
            for (; filled < count; filled++) {
                firstValues.initialize(keys[filled], rows, filled * firstValues.stride());
            }
        }

        @Override
        public void delete(long[] keys, int count) {
            throw new UnsupportedOperationException("no row here is one of a key");
        }

        @Override
        public void scan(int shard, RowVisitor visitor) {
            throw new UnsupportedOperationException("no row here is one of a shard");
        }

        @Override
        public RowCensus census() {
            throw new UnsupportedOperationException("no rows are counted here");
        }

        @Override
        public void scatter(long[] keys, int count, float[] rows) {}
    }
}

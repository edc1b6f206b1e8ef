package io.caiman.benchmarks;

import ai.djl.pytorch.jni.JniUtils;
import com.sun.management.ThreadMXBean;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Trainer;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * One training step beside its bare matrix products, in turn, in one process: five embedding sets of dimension 16, 20
 * features, experts 256-128-64, five domains, the covariance loss over all samples. Prints a Markdown table of medians.
 *
 * <p>The step alone has its rows at hand; the last column but one adds fetching them from 200,000 rows in memory and
 * putting them back, every feature's 10,000 ids being equally likely, which no cache likes.
 */
public final class StepTable {

    private static final int[] BATCHES = {1, 8, 16, 64, 256, 1024, 4096};
    private static final long NANOS_EACH = 6_000_000_000L;
    private static final int LEAST_ROUNDS = 10;

    private final StepShape shape = new StepShape();

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

    private String row(int threads, int batch) {
        ModelSpec spec = StepShape.spec(NetworkKind.CROCODILE);
        EmbeddingStore atHand = new RowsAtHand(new RowInitializer(spec));
        MiniBatch impressions = new MiniBatch(StepShape.FEATURES);
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
                shape.fill(impressions, batch);
                millis[0][rounds] = products.millis();
                long before = allocations.getCurrentThreadAllocatedBytes();
                millis[1][rounds] = StepShape.millis(() -> alone.step(impressions));
                allocated = allocations.getCurrentThreadAllocatedBytes() - before;
                millis[2][rounds] = StepShape.millis(() -> stored.step(impressions));
                rounds++;
            }
            double floor = StepShape.median(millis[0], rounds);
            double step = StepShape.median(millis[1], rounds);
            return "| %d | %d | %.2f | %.2f | %.2f | %,.0f | %.2f | %d |"
                    .formatted(
                            threads,
                            batch,
                            floor,
                            step,
                            step / floor,
                            batch / step * 1000,
                            StepShape.median(millis[2], rounds),
                            allocated / 1024);
        }
    }
}

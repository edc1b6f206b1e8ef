package io.caiman.benchmarks;

import ai.djl.pytorch.jni.JniUtils;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Trainer;
import io.caiman.model.zoo.Network;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A training step of each network, in turn, in one process, on one thread of the CPU: batches of 1024 of the shape of {@link StepShape},
 * rows at hand. All learn from the same batches. Prints the Markdown table of medians that stands in {@code docs/models.md}.
 */
public final class NetworkTable {

    private static final int BATCH = 1024;
    private static final int ROUNDS = 40;
    private static final String PLUG_INS = "plug-ins: {epnet: [domain], ppnet: [user, item]}\n";
    /** What the others are compared with. */
    private static final NetworkKind UNIT = NetworkKind.MLP;

    private NetworkTable() {}

    /** A line of the table. */
    private record Row(String name, ModelSpec spec) {}

    /**
     * Prints the table.
     *
     * @param args how many steps of each network; none: 40. The first half warms up
     */
    public static void main(String[] args) {
        int rounds = args.length == 0 ? ROUNDS : Integer.parseInt(args[0]);
        List<Row> rows = rows();
        List<Trainer> trainers = new ArrayList<>();
        try {
            for (Row row : rows) {
                EmbeddingStore atHand = new RowsAtHand(new RowInitializer(row.spec()));
                trainers.add(new Trainer(row.spec(), new ModelRows(atHand, atHand, atHand), ComputeDevice.CPU));
            }
            JniUtils.setNumThreads(1);
            double[] medians = Arrays.stream(millis(trainers, rounds))
                    .mapToDouble(millis -> StepShape.median(millis, rounds))
                    .toArray();
            print(rows, medians);
        } finally {
            trainers.forEach(Trainer::close);
        }
    }

    /** Every network, and some with both plug-ins. */
    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (NetworkKind network : NetworkKind.values()) {
            rows.add(new Row("`%s`".formatted(network.key()), StepShape.spec(network)));
        }
        for (NetworkKind network : List.of(NetworkKind.CROCODILE, NetworkKind.MMOE, NetworkKind.STAR, UNIT)) {
            rows.add(new Row("`%s` with plug-ins".formatted(network.key()), StepShape.spec(network, PLUG_INS)));
        }
        return rows;
    }

    /** {@code [networks, rounds]}. */
    private static double[][] millis(List<Trainer> trainers, int rounds) {
        StepShape shape = new StepShape();
        MiniBatch impressions = new MiniBatch(StepShape.FEATURES);
        double[][] millis = new double[trainers.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            shape.fill(impressions, BATCH);
            for (int network = 0; network < millis.length; network++) {
                Trainer trainer = trainers.get(network);
                millis[network][round] = StepShape.millis(() -> trainer.step(impressions));
            }
        }
        return millis;
    }

    private static void print(List<Row> rows, double[] medians) {
        double unit = medians[Arrays.asList(NetworkKind.values()).indexOf(UNIT)];
        System.out.println(
                "| network | dense weights | floats of an id's embeddings | step ms | impressions/s | times `%s` |"
                        .formatted(UNIT.key()));
        System.out.println("|---|---:|---:|---:|---:|---:|");
        for (int network = 0; network < medians.length; network++) {
            ModelSpec spec = rows.get(network).spec();
            long weights = Network.of(spec).layout().slices().stream()
                    .mapToLong(DenseLayout.Slice::length)
                    .sum();
            RowLayout row = RowLayout.of(spec);
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %d | %.1f | %,.0f | %.2f |",
                    rows.get(network).name(),
                    weights,
                    row.embeddings() * row.dimension(),
                    medians[network],
                    BATCH / medians[network] * 1000,
                    medians[network] / unit));
        }
        System.out.printf(
                Locale.ROOT,
                "%nLoad average at the end: %.1f on %d cores.%n",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.getRuntime().availableProcessors());
    }
}

package io.caiman.benchmarks;

import ai.djl.pytorch.jni.JniUtils;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.nn.DenseLayout;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Trainer;
import io.caiman.model.zoo.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A training step of each network, in turn, in one process, on one thread of the CPU: batches of 1024 of the shape of {@link StepShape},
 * rows at hand. All learn from the same batches. Prints a Markdown table of medians.
 */
public final class NetworkTable {

    private static final int BATCH = 1024;
    private static final int ROUNDS = 40;

    private NetworkTable() {}

    /**
     * Prints the table.
     *
     * @param args how many steps of each network; none: 40. The first half warms up
     */
    public static void main(String[] args) {
        int rounds = args.length == 0 ? ROUNDS : Integer.parseInt(args[0]);
        NetworkKind[] networks = NetworkKind.values();
        List<Trainer> trainers = new ArrayList<>();
        try {
            for (NetworkKind network : networks) {
                ModelSpec spec = StepShape.spec(network);
                EmbeddingStore atHand = new RowsAtHand(new RowInitializer(spec));
                trainers.add(new Trainer(spec, new ModelRows(atHand, atHand, atHand), ComputeDevice.CPU));
            }
            JniUtils.setNumThreads(1);
            print(networks, millis(trainers, rounds), rounds);
        } finally {
            trainers.forEach(Trainer::close);
        }
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

    private static void print(NetworkKind[] networks, double[][] millis, int rounds) {
        System.out.println("| network | dense weights | floats of an id's embeddings | step ms | impressions/s |");
        System.out.println("|---|---:|---:|---:|---:|");
        for (int network = 0; network < networks.length; network++) {
            ModelSpec spec = StepShape.spec(networks[network]);
            long weights = Network.of(spec).layout().slices().stream()
                    .mapToLong(DenseLayout.Slice::length)
                    .sum();
            double step = StepShape.median(millis[network], rounds);
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %d | %.1f | %,.0f |",
                    networks[network].key(),
                    weights,
                    spec.embeddingSets() * spec.embeddingWidth(),
                    step,
                    BATCH / step * 1000));
        }
    }
}

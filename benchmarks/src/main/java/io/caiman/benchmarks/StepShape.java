package io.caiman.benchmarks;

import io.caiman.model.embedding.RowKeys;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.MiniBatch;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What steps are measured on: 20 features of 10,000 ids each, five domains, defaults in all else. */
final class StepShape {

    static final int FEATURES = 20;
    static final List<String> DOMAINS = List.of("a", "b", "c", "d", "e");
    /** The features before it are user, item and domain. */
    static final int FIRST_SLOT = 3;

    private static final int IDS = 10_000;
    private static final int WRITTEN = 1 << 18;

    private final SplittableRandom random = new SplittableRandom(1);

    /** The default spec of a network on this shape. */
    static ModelSpec spec(NetworkKind network) {
        return spec(network, "");
    }

    /**
     * The spec of a network on this shape.
     *
     * @param more what is not as by default, in YAML
     */
    static ModelSpec spec(NetworkKind network, String more) {
        String features =
                IntStream.range(FIRST_SLOT, FEATURES).mapToObj(i -> ", f" + i).collect(Collectors.joining());
        return SpecReader.parse(
                "benchmark",
                "name: m%ntask: click%ndomains: %s%nfeatures: [user, item, domain%s]%nnetwork: %s%n"
                                .formatted(DOMAINS, features, network.key())
                        + more);
    }

    /** Makes the batch one of so many random impressions, domains being equally likely. */
    void fill(MiniBatch impressions, int batch) {
        impressions.clear();
        for (int sample = 0; sample < batch; sample++) {
            int domain = random.nextInt(DOMAINS.size());
            impressions.start(domain, random.nextBoolean(), 0);
            for (int feature = 0; feature < FEATURES; feature++) {
                impressions.add(RowKeys.key(feature, feature == 2 ? domain : random.nextInt(IDS)), 1);
                impressions.endFeature();
            }
        }
    }

    /** The keys of the first so many rows: feature after feature, id after id. */
    static long[] keys(int count) {
        return IntStream.range(0, count)
                .mapToLong(i -> RowKeys.key(i / IDS, i % IDS))
                .toArray();
    }

    /**
     * Writes impressions of this shape as {@link PreparedStream} does: of each its domain, label and ids, 4 bytes each, high
     * byte first.
     */
    static void write(Path file) throws IOException {
        SplittableRandom random = new SplittableRandom(2);
        try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (int impression = 0; impression < WRITTEN; impression++) {
                int domain = random.nextInt(DOMAINS.size());
                out.writeInt(domain);
                out.writeInt(random.nextInt(2));
                for (int feature = 0; feature < FEATURES; feature++) {
                    out.writeInt(feature == 2 ? domain : random.nextInt(IDS));
                }
            }
        }
    }

    /** How long something takes. */
    static double millis(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }

    /** Of the second half of the rounds, when everything is compiled. */
    static double median(double[] millis, int rounds) {
        double[] warm = Arrays.copyOfRange(millis, rounds / 2, rounds);
        Arrays.sort(warm);
        return warm[warm.length / 2];
    }
}

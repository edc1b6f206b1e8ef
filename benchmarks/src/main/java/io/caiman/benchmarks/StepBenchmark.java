package io.caiman.benchmarks;

import io.caiman.model.embedding.InMemoryEmbeddingStore;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.embedding.RowKeys;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.StepResult;
import io.caiman.model.train.Trainer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One whole step, rows from memory included: five embedding sets of dimension 16, 20 features, experts 256-128-64, five
 * domains; every feature with 10,000 ids, all equally likely.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 3, time = 5)
public class StepBenchmark {

    private static final int FEATURES = 20;
    private static final int DOMAINS = 5;
    private static final int IDS = 10_000;

    /** Impressions in a mini-batch. */
    @Param({"16", "256", "1024"})
    public int batch;

    private final SplittableRandom random = new SplittableRandom(1);
    private final MiniBatch miniBatch = new MiniBatch(FEATURES);
    private Trainer trainer = trainer();

    private static Trainer trainer() {
        String features = IntStream.range(3, FEATURES).mapToObj(i -> ", f" + i).collect(Collectors.joining());
        ModelSpec spec = SpecReader.parse(
                "benchmark",
                "name: m%ntask: click%ndomains: [a, b, c, d, e]%nfeatures: [user, item, domain%s]%n"
                        .formatted(features));
        return new Trainer(spec, new InMemoryEmbeddingStore(new RowInitializer(spec)), ComputeDevice.CPU);
    }

    /** Fills the next mini-batch; not measured. */
    @Setup(Level.Invocation)
    public void fill() {
        miniBatch.clear();
        for (int sample = 0; sample < batch; sample++) {
            int domain = random.nextInt(DOMAINS);
            miniBatch.start(domain, random.nextBoolean());
            for (int feature = 0; feature < FEATURES; feature++) {
                int id = feature == 2 ? domain : random.nextInt(IDS);
                miniBatch.add(RowKeys.key(feature, id), 1);
                miniBatch.endFeature();
            }
        }
    }

    @Benchmark
    public StepResult step() {
        return trainer.step(miniBatch);
    }

    /** Frees native memory. */
    @TearDown
    public void close() {
        trainer.close();
    }
}

package io.caiman.benchmarks;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.LibUtils;
import io.caiman.model.embedding.EmbeddingStore;
import io.caiman.model.embedding.ModelRows;
import io.caiman.model.embedding.RowInitializer;
import io.caiman.model.embedding.RowLayout;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.NetworkKind;
import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Trainer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The training step on one device, in the shape of {@link StepShape}: whether it computes what it does on the CPU; its time for
 * each batch, beside the least that it could be and beside plain PyTorch, in turn; or, with {@code --parts}, where the time of a
 * step goes. Writes {@code device.json} and {@code device.md}, or {@code parts-N.md}.
 */
@Command(name = "device-table", mixinStandardHelpOptions = true)
public final class DeviceTable implements Callable<Integer> {

    private static final int CHECKED_BATCH = 256;
    private static final int CHECKED_STEPS = 10;
    private static final int LEAST_STEPS = 6;
    private static final int MOST_STEPS = 400;
    private static final int CHECKED_ROWS = 10_000;
    private static final Pattern RATE = Pattern.compile("([\\d.,]+) impressions/s");

    @Option(names = "--device", defaultValue = "cpu", description = "auto, cpu, gpu or gpu:N.")
    private String device = "cpu";

    @Option(names = "--batches", split = ",", defaultValue = "256,1024,4096,16384,65536")
    private List<Integer> batches = List.of();

    @Option(names = "--out", required = true, description = "The folder that the tables go to.")
    private Path out = Path.of(".");

    @Option(names = "--peer", description = "crocodile.py; without it there is no peer.")
    private Optional<Path> peer = Optional.empty();

    @Option(names = "--python", defaultValue = "python3")
    private String python = "python3";

    @Option(
            names = "--pairs",
            defaultValue = "3",
            description = "Runs of ours and of the peer, in turn, for each batch.")
    private int pairs = 3;

    @Option(names = "--seconds", defaultValue = "3", description = "Of each run, after as long a warm-up.")
    private double seconds = 3;

    @Option(
            names = "--parts",
            description =
                    "Where the time goes; set CUDA_LAUNCH_BLOCKING=1, or kernels count where they are waited for.")
    private boolean parts;

    private final StepShape shape = new StepShape();
    private final ModelSpec spec = StepShape.spec(NetworkKind.CROCODILE);
    private final MiniBatch impressions = new MiniBatch(StepShape.FEATURES);

    /** Measures and writes. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DeviceTable()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        ComputeDevice where = ComputeDevice.parse(device)
                .orElseThrow(() -> new IllegalArgumentException(
                        "--device is %s: expected %s".formatted(device, ComputeDevice.EXPECTED)));
        where.check();
        Files.createDirectories(out);
        if (parts) {
            for (int batch : batches) {
                parts(where, batch);
            }
            return CommandLine.ExitCode.OK;
        }
        List<DeviceReport.Check> checks = checks(where);
        DeviceRates rates;
        String name;
        try (NDManager manager = where.open()) {
            name = manager.getDevice().toString();
            rates = DeviceRates.measure(manager);
        }
        List<DeviceReport.Row> rows = new ArrayList<>();
        for (int batch : batches) {
            rows.add(row(where, batch));
            // What there is so far is kept if the machine's time is up.
            DeviceReport report = new DeviceReport(name, LibUtils.getLibtorchPath(), precision(), rates, checks, rows);
            Files.writeString(out.resolve("device.json"), report.json());
            Files.writeString(out.resolve("device.md"), report.markdown());
        }
        System.out.println(Files.readString(out.resolve("device.md")));
        return checks.stream().allMatch(DeviceReport.Check::passes)
                ? CommandLine.ExitCode.OK
                : CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean isTf32() {
        return "1".equals(System.getenv("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"));
    }

    private static String precision() {
        return isTf32() ? "tf32" : "float32";
    }

    /** The same batches on the device and on the CPU; with TF32's 10 bits of mantissa more may differ. */
    private List<DeviceReport.Check> checks(ComputeDevice where) {
        double looser = isTf32() ? 100 : 1;
        List<DeviceReport.Check> checks = new ArrayList<>();
        ModelRows cpuRows = ModelRows.inMemory(spec);
        ModelRows deviceRows = ModelRows.inMemory(spec);
        try (Trainer onCpu = new Trainer(spec, cpuRows, ComputeDevice.CPU);
                Trainer onDevice = new Trainer(spec, deviceRows, where)) {
            for (int step = 1; step <= CHECKED_STEPS; step++) {
                shape.fill(impressions, CHECKED_BATCH);
                float[] expected = logits(onCpu.step(impressions).scores());
                float[] logits = logits(onDevice.step(impressions).scores());
                if (step == 1) {
                    checks.add(DeviceReport.Check.of("logits of the first step", logits, expected, looser * 1e-5));
                } else if (step == CHECKED_STEPS) {
                    checks.add(DeviceReport.Check.of("logits of the tenth step", logits, expected, looser * 1e-3));
                }
            }
            checks.add(DeviceReport.Check.of(
                    "dense weights after ten steps", weights(onDevice), weights(onCpu), looser * 1e-4));
        }
        checks.add(DeviceReport.Check.of(
                "embedding rows after ten steps",
                rows(deviceRows.features()),
                rows(cpuRows.features()),
                looser * 1e-4));
        return checks;
    }

    private static float[] logits(double[] scores) {
        float[] logits = new float[scores.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(scores[i] / (1 - scores[i]));
        }
        return logits;
    }

    /** They stand at the beginning of a snapshot, behind four counts. */
    private static float[] weights(Trainer trainer) {
        FloatBuffer floats = ByteBuffer.wrap(trainer.snapshot())
                .position(3 * Long.BYTES + Integer.BYTES)
                .asFloatBuffer();
        float[] weights = new float[trainer.denseWeights()];
        floats.get(weights);
        return weights;
    }

    private float[] rows(EmbeddingStore store) {
        long[] keys = StepShape.keys(CHECKED_ROWS);
        float[] rows = new float[keys.length * RowLayout.of(spec).stride()];
        store.gather(keys, keys.length, rows);
        return rows;
    }

    private DeviceReport.Row row(ComputeDevice where, int batch) throws IOException, InterruptedException {
        EmbeddingStore atHand = new RowsAtHand(new RowInitializer(spec));
        List<Double> millis = new ArrayList<>();
        List<Double> peerMillis = new ArrayList<>();
        double alone;
        try (Trainer trainer = new Trainer(spec, new ModelRows(atHand, atHand, atHand), where)) {
            alone = median(trainer, batch);
        }
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), where)) {
            for (int pair = 0; pair < pairs; pair++) {
                millis.add(median(trainer, batch));
                Optional<Double> other = peerMillis(batch, steps(millis.get(0)));
                other.ifPresent(peerMillis::add);
            }
        }
        return new DeviceReport.Row(batch, alone, millis, peerMillis, StepFloor.of(spec, batch));
    }

    private int steps(double millis) {
        return (int) Math.max(LEAST_STEPS, Math.min(MOST_STEPS, 1e3 * seconds / millis));
    }

    /** Of the second half of the steps. A step on a GPU ends while its last updates are computed, for which the next one waits. */
    private double median(Trainer trainer, int batch) {
        double[] millis = new double[2 * MOST_STEPS];
        int rounds = 0;
        double sum = 0;
        while (rounds < 2 * LEAST_STEPS || (rounds < millis.length && sum < 2e3 * seconds)) {
            shape.fill(impressions, batch);
            millis[rounds] = StepShape.millis(() -> trainer.step(impressions));
            sum += millis[rounds++];
        }
        return StepShape.median(millis, rounds);
    }

    private Optional<Double> peerMillis(int batch, int steps) throws IOException, InterruptedException {
        if (peer.isEmpty()) {
            return Optional.empty();
        }
        Path log = out.resolve("impressions.bin");
        if (Files.notExists(log)) {
            StepShape.write(log);
        }
        List<String> command = List.of(
                python,
                peer.orElseThrow().toString(),
                log.toString(),
                "--device",
                device.replace("gpu", "cuda"),
                "--batch",
                Integer.toString(batch),
                "--warm-up",
                Integer.toString(steps),
                "--batches",
                Integer.toString(2 * steps));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher rate = RATE.matcher(text);
        if (process.waitFor() != 0 || !rate.find()) {
            throw new IllegalStateException("the peer failed: %s%n%s".formatted(String.join(" ", command), text));
        }
        return Optional.of(1e3 * batch / Double.parseDouble(rate.group(1).replace(",", "")));
    }

    private void parts(ComputeDevice where, int batch) throws IOException, InterruptedException {
        try (Trainer trainer = new Trainer(spec, ModelRows.inMemory(spec), where)) {
            double millis = median(trainer, batch);
            int steps = steps(millis);
            Thread.currentThread().setName("learner");
            StackSamples samples = new StackSamples(List.of(Thread.currentThread()));
            try (samples) {
                for (int step = 0; step < steps; step++) {
                    trainer.step(impressions);
                }
            }
            String table = "Batch %,d on %s, CUDA_LAUNCH_BLOCKING %s.%n%n%s%n"
                    .formatted(
                            batch,
                            where,
                            Optional.ofNullable(System.getenv("CUDA_LAUNCH_BLOCKING"))
                                    .orElse("not set"),
                            samples.table(steps * batch));
            Files.writeString(out.resolve("parts-%d.md".formatted(batch)), table);
            System.out.println(table);
        }
    }
}

package io.caiman.jobs.options;

import io.caiman.jobs.feedback.LabelWait;
import io.caiman.jobs.rows.RowStoreOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.train.Pipeline;
import io.caiman.model.train.Trainer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;

/**
 * Which models learn, and how, as opposed to what they are.
 *
 * @param specs files of models, one or more
 * @param device where their networks compute
 * @param deviceRowBytes what of a GPU's memory the embedding rows of each may take, to be learned there; 0: none are
 * @param rows what the embedding rows of each may take
 * @param pipeline how the steps of each follow each other
 * @param labels how long to wait for those that come late; empty if impressions have their labels
 */
public record TrainingJobOptions(
        List<Path> specs,
        ComputeDevice device,
        long deviceRowBytes,
        RowStoreOptions rows,
        Pipeline pipeline,
        Optional<LabelWait> labels) {

    public static final ConfigOption<String> SPEC = ConfigOptions.key("caiman.training.spec")
            .stringType()
            .noDefaultValue()
            .withDescription("The model, a file of YAML; several, separated by commas: a job for each.");

    public static final ConfigOption<String> DEVICE = ConfigOptions.key("caiman.training.device")
            .stringType()
            .defaultValue(ComputeDevice.AUTO.toString())
            .withDescription(
                    "Where the network computes: auto (a GPU where there is one), cpu, cpu:N for N threads, which"
                            + " must have cores that nothing else uses and OMP_WAIT_POLICY=passive in their environment,"
                            + " gpu, or gpu:N for the GPU with that number, from 0.");

    public static final ConfigOption<MemorySize> DEVICE_ROW_CACHE = ConfigOptions.key(
                    "caiman.training.device-row-cache")
            .memoryType()
            .defaultValue(new MemorySize(Trainer.DEVICE_ROW_BYTES))
            .withDescription(
                    "Memory of the GPU for embedding rows, for each model, at least those of a mini-batch; they are learned"
                            + " there. 0 for none: rows are learned in Java's memory, as on the CPU and with the pipeline stale-1.");

    public static final ConfigOption<MemorySize> ROW_CACHE = ConfigOptions.key("caiman.training.row-cache")
            .memoryType()
            .defaultValue(MemorySize.ofMebiBytes(256))
            .withDescription(
                    "Heap for embedding rows in front of RocksDB, for each model: six eighths of it for those of"
                            + " features, one for those of crosses, one for ids that wait for a row.");

    public static final ConfigOption<MemorySize> ROW_SPILL = ConfigOptions.key("caiman.training.row-spill")
            .memoryType()
            .defaultValue(MemorySize.ofMebiBytes(4096))
            .withDescription(
                    "Local disk for embedding rows between the heap and RocksDB, for each model, divided as the heap is;"
                            + " 0 for none. Best with room for all rows twice.");

    public static final ConfigOption<Integer> ROW_THREADS = ConfigOptions.key("caiman.training.row-threads")
            .intType()
            .defaultValue(2)
            .withDescription("Threads that read and write embedding rows at the same time.");

    public static final ConfigOption<String> PIPELINE = ConfigOptions.key("caiman.training.pipeline")
            .stringType()
            .defaultValue(Pipeline.EXACT.toString())
            .withDescription(
                    "How the steps follow each other: exact (a mini-batch has the rows that the one before left), or stale-1"
                            + " (its inputs lack what the one before taught; rows are read and written while the network computes).");

    public static final ConfigOption<Duration> LABEL_WINDOW = ConfigOptions.key("caiman.training.label-window")
            .durationType()
            .noDefaultValue()
            .withDescription(
                    "Event time that an impression waits for feedback before it is learned from as a negative. Not"
                            + " set: impressions have their labels.");

    public static final ConfigOption<Duration> LABEL_IDLENESS = ConfigOptions.key("caiman.training.label-idleness")
            .durationType()
            .noDefaultValue()
            .withDescription(
                    "With a label window: a partition without records for that long, by the clock, does not hold"
                            + " back the others. Not set: it does until its end-of-log record.");

    public TrainingJobOptions {
        specs = List.copyOf(specs);
        if (specs.isEmpty()) {
            throw new InvalidOptionException(
                    SPEC, "", "a file of a model's spec", "name one, as --spec or in the file of --conf; see conf/");
        }
    }

    /**
     * The options of a configuration.
     *
     * @throws InvalidOptionException if one cannot be used
     */
    public static TrainingJobOptions from(ReadableConfig configuration) {
        OptionReader reader = new OptionReader(configuration);
        List<Path> specs = reader.optionalText(SPEC).isPresent()
                ? reader.texts(SPEC).stream().map(Path::of).toList()
                : List.of();
        RowStoreOptions rows = new RowStoreOptions(
                reader.bytes(ROW_CACHE, 1), reader.bytes(ROW_SPILL, 0), reader.number(ROW_THREADS, 1));
        return new TrainingJobOptions(
                specs, device(reader), reader.bytes(DEVICE_ROW_CACHE, 0), rows, pipeline(reader), labels(reader));
    }

    private static ComputeDevice device(OptionReader reader) {
        String text = reader.text(DEVICE);
        return ComputeDevice.parse(text)
                .orElseThrow(() -> new InvalidOptionException(
                        DEVICE,
                        text,
                        ComputeDevice.EXPECTED,
                        "leave it out for the default, " + DEVICE.defaultValue()));
    }

    private static Pipeline pipeline(OptionReader reader) {
        String text = reader.text(PIPELINE);
        return Pipeline.parse(text)
                .orElseThrow(() -> new InvalidOptionException(
                        PIPELINE, text, Pipeline.EXPECTED, "leave it out for the default, " + PIPELINE.defaultValue()));
    }

    private static Optional<LabelWait> labels(OptionReader reader) {
        Optional<Duration> window = reader.optionalPositive(LABEL_WINDOW);
        Optional<Duration> idleness = reader.optionalPositive(LABEL_IDLENESS);
        if (window.isEmpty() && idleness.isPresent()) {
            throw new InvalidOptionException(
                    LABEL_IDLENESS,
                    idleness.get(),
                    "to be with %s (--label-window) only".formatted(LABEL_WINDOW.key()),
                    "add that, or leave both out");
        }
        return window.map(length -> new LabelWait(length, idleness));
    }
}

package io.caiman.jobs.training;

import io.caiman.jobs.connect.DeadLetters;
import io.caiman.jobs.connect.LogPartitions;
import io.caiman.jobs.connect.LogSource;
import io.caiman.jobs.connect.RecordTime;
import io.caiman.jobs.feedback.LabelWait;
import io.caiman.jobs.options.InvalidOptionException;
import io.caiman.jobs.options.JobCommandOptions;
import io.caiman.jobs.options.JobProgram;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.TrainingJobOptions;
import io.caiman.jobs.rows.RowDatabaseOptions;
import io.caiman.model.embedding.RowShards;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecException;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.Pipeline;
import io.caiman.schemas.KafkaRight;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.TopicOrigin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the training job: parse, build, execute. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Learns a model from the impressions in Kafka and writes a prediction for each, made before the model saw it.",
            "Several specs: each model learns from all impressions in a job of its own, with its own rows and checkpoints (in"
                    + " a folder of its name under --checkpoint-dir), and needs memory of its own; one may fail, or be"
                    + " ahead, without the others."
        },
        footer = {
            "",
            "Runs inside this process; on a cluster with flink run and the job jar, see the README.",
            "Examples:",
            "  caiman train --spec conf/movielens.yaml --checkpoint-dir /var/lib/caiman/training --checkpoint-interval 30s",
            "  caiman train --spec champion.yaml,challenger.yaml --checkpoint-dir /var/lib/caiman/both --restore latest"
        })
public final class TrainCommand implements Callable<Integer> {

    @Option(
            names = "--spec",
            split = ",",
            paramLabel = "FILE",
            description = "The model, in YAML; see conf/. Several, separated by commas or by giving the option again.")
    private List<String> specs = new ArrayList<>();

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description =
                    "Where the network computes: auto, cpu, cpu:N for N threads, gpu, or gpu:N for the GPU with that"
                            + " number, from 0 (default: auto, a GPU where there is one, else one thread).")
    private Optional<String> device = Optional.empty();

    @Option(
            names = "--device-row-cache",
            paramLabel = "SIZE",
            description = {
                "Memory of the GPU for embedding rows (default: 1 gb), at least those of a mini-batch; they are learned there.",
                "0 for none: rows are learned in Java's memory, as on the CPU and with --pipeline stale-1."
            })
    private Optional<String> deviceRowCache = Optional.empty();

    @Option(
            names = "--row-cache",
            paramLabel = "SIZE",
            description = "Heap for embedding rows in front of RocksDB, such as 2 gb (default: 256 mb).")
    private Optional<String> rowCache = Optional.empty();

    @Option(
            names = "--row-spill",
            paramLabel = "SIZE",
            description = {
                "Local disk for embedding rows between the heap and RocksDB, 0 for none (default: 4 gb).",
                "Beside Flink's RocksDB directory; best with room for all rows, and used only as far as there are rows."
            })
    private Optional<String> rowSpill = Optional.empty();

    @Option(
            names = "--row-threads",
            paramLabel = "N",
            description = "Threads that read and write embedding rows at the same time (default: 2).")
    private Optional<String> rowThreads = Optional.empty();

    @Option(
            names = "--pipeline",
            paramLabel = "PIPELINE",
            description = {
                "How the steps follow each other: exact or stale-1 (default: exact).",
                "With stale-1 rows are read and written while the network computes; a mini-batch's inputs lack what the one before"
                        + " taught."
            })
    private Optional<String> pipeline = Optional.empty();

    @Option(
            names = "--label-window",
            paramLabel = "TIME",
            description = {
                "Wait for labels that come late, in the topic feedback: an impression that awaits its label is learned from"
                        + " when there is feedback, or as a negative after this much event time, such as 30min or 1d"
                        + " (default: impressions have their labels).",
                "Predictions are then out of order by as much: let the metrics job wait for them with -D"
                        + " caiman.metrics.out-of-orderness=TIME."
            })
    private Optional<String> labelWindow = Optional.empty();

    @Option(
            names = "--label-idleness",
            paramLabel = "TIME",
            description =
                    "With --label-window: a partition without records for that long, by the clock, does not hold back the"
                            + " others, as live topics may need (default: it does until its end-of-log record, so that the"
                            + " order of learning depends on the topics alone).")
    private Optional<String> labelIdleness = Optional.empty();

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private JobCommandOptions job = new JobCommandOptions();

    /** For {@code flink run} and clusters in application mode. */
    public static void main(String[] arguments) throws Exception {
        JobProgram.run(new TrainCommand(), arguments);
    }

    @Override
    public Integer call() throws Exception {
        List<TrainingJob> jobs = new ArrayList<>();
        try {
            Configuration settings = configuration();
            TrainingJobOptions options = TrainingJobOptions.from(settings);
            KafkaOptions kafka = KafkaOptions.from(settings);
            Map<String, ModelSpec> models = models(options.specs());
            checkDevice(environment(settings), options.device());
            models.values().forEach(model -> checkPipeline(options.pipeline(), model));
            kafka.connection()
                    .check(models.values().stream()
                            .flatMap(model -> rights(
                                    kafka.topics(), model, options.labels().isPresent()))
                            .distinct()
                            .toList());
            for (ModelSpec model : models.values()) {
                Configuration configuration =
                        models.size() == 1 ? job.restoring(settings) : job.restoring(settings, model.name());
                StreamExecutionEnvironment env = environment(configuration);
                addTo(
                        env,
                        kafka,
                        model,
                        new TrainingOptions(
                                options.device(), options.deviceRowBytes(), options.rows(), options.pipeline()),
                        options.labels());
                jobs.add(new TrainingJob(model.name(), env));
            }
        } catch (IllegalArgumentException | SpecException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
        return TrainingJob.runAll(jobs, command.commandLine().getErr());
    }

    /** A device is looked for where the network will compute: here, unless the job goes to a cluster. */
    private static void checkDevice(StreamExecutionEnvironment env, ComputeDevice device) {
        if (env instanceof LocalStreamEnvironment) {
            device.check();
        }
    }

    private static void checkPipeline(Pipeline pipeline, ModelSpec model) {
        try {
            pipeline.check(model);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "%s = %s: %s".formatted(TrainingJobOptions.PIPELINE.key(), pipeline, e.getMessage()), e);
        }
    }

    /** The settings with the named options over them. */
    private Configuration configuration() {
        Configuration configuration = job.configuration();
        JobCommandOptions.set(
                configuration,
                TrainingJobOptions.SPEC,
                specs.isEmpty() ? Optional.empty() : Optional.of(String.join(",", specs)));
        JobCommandOptions.set(configuration, TrainingJobOptions.DEVICE, device);
        JobCommandOptions.set(configuration, TrainingJobOptions.DEVICE_ROW_CACHE, deviceRowCache);
        JobCommandOptions.set(configuration, TrainingJobOptions.ROW_CACHE, rowCache);
        JobCommandOptions.set(configuration, TrainingJobOptions.ROW_SPILL, rowSpill);
        JobCommandOptions.set(configuration, TrainingJobOptions.ROW_THREADS, rowThreads);
        JobCommandOptions.set(configuration, TrainingJobOptions.PIPELINE, pipeline);
        JobCommandOptions.set(configuration, TrainingJobOptions.LABEL_WINDOW, labelWindow);
        JobCommandOptions.set(configuration, TrainingJobOptions.LABEL_IDLENESS, labelIdleness);
        return configuration;
    }

    /** The models by name, in the order they were given. */
    private static Map<String, ModelSpec> models(List<Path> specs) {
        Map<String, ModelSpec> models = new LinkedHashMap<>();
        for (Path file : specs) {
            ModelSpec model = SpecReader.read(file);
            if (models.put(model.name(), model) != null) {
                throw new IllegalArgumentException(
                        "--spec: two models are named '%s', one of them in %s; consumer group, transactions, checkpoints and predictions go by the name: give each its own 'name'"
                                .formatted(model.name(), file));
            }
        }
        return models;
    }

    /**
     * An environment as the training job wants it.
     *
     * @throws InvalidOptionException if Flink is to compress states, which a checkpoint's inspection could not read
     */
    public static StreamExecutionEnvironment environment(Configuration configuration) {
        if (!configuration.contains(RocksDBOptions.OPTIONS_FACTORY)) {
            configuration.set(RocksDBOptions.OPTIONS_FACTORY, RowDatabaseOptions.class.getName());
        }
        StreamExecutionEnvironment env = JobCommandOptions.environment(configuration);
        if (env.getConfig().isUseSnapshotCompression()) {
            throw new InvalidOptionException(
                    ExecutionOptions.SNAPSHOT_COMPRESSION,
                    true,
                    "false, for --restore latest can check states only as the job wrote them, and trained floats hardly shrink",
                    "leave it out, here and in Flink's own configuration");
        }
        env.setParallelism(1);
        env.setMaxParallelism(RowShards.COUNT);
        return env;
    }

    /** Adds the job between topics of a Kafka cluster, exactly once from end to end. */
    public static void addTo(
            StreamExecutionEnvironment env, KafkaOptions kafka, ModelSpec model, TrainingOptions options) {
        addTo(env, kafka, model, options, Optional.empty());
    }

    /**
     * Adds the job between topics of a Kafka cluster, exactly once from end to end.
     *
     * @param labels how long to wait for those that come late; empty if impressions have their labels
     */
    public static void addTo(
            StreamExecutionEnvironment env,
            KafkaOptions kafka,
            ModelSpec model,
            TrainingOptions options,
            Optional<LabelWait> labels) {
        Topics topics = kafka.topics();
        String name = model.name();
        String job = job(topics, model);
        TrainingTopology.build(
                env,
                LogSource.of(kafka.connection(), topics.impressions(), job),
                labels.map(wait -> new LateLabels(
                        wait,
                        LogSource.of(kafka.connection(), topics.feedback(), job + "-feedback"),
                        LogPartitions.of(kafka.connection(), topics.impressions(), topics.feedback()),
                        deadLetters(kafka, LateLabels.refusedBy(model), job + "-feedback-dead-letters"))),
                model,
                options,
                Output.exactlyOnce(
                        kafka,
                        topics.predictions(),
                        Prediction.class,
                        Prediction::getUser,
                        Prediction::getEventTimeMs,
                        originOfPredictions(name),
                        job + "-predictions"),
                HealthRecords.output(kafka, name, job + "-model-health"),
                RowTombstones.output(kafka, name, job + "-row-tombstones"),
                deadLetters(kafka, TrainingOperator.refusedBy(model), job + "-dead-letters"));
    }

    /** Names the consumer group and the transactions: installations that share a cluster differ in their topics. */
    private static String job(Topics topics, ModelSpec model) {
        return "caiman-training." + topics.predictions() + "." + model.name();
    }

    /** What the job of a model has to be allowed. It reads what it writes: none of it is to be published twice. */
    private static Stream<KafkaRight> rights(Topics topics, ModelSpec model, boolean lateLabels) {
        String job = job(topics, model);
        Stream<KafkaRight> always = Stream.concat(
                Stream.of(KafkaRight.read(topics.impressions()), KafkaRight.commitAs(job)),
                Stream.of(topics.predictions(), topics.modelHealth(), topics.rowTombstones(), topics.deadLetters())
                        .flatMap(topic -> Stream.of(KafkaRight.read(topic), KafkaRight.write(topic))));
        Stream<String> sinks = Stream.of("-predictions", "-model-health", "-row-tombstones", "-dead-letters");
        Stream<KafkaRight> late = lateLabels
                ? Stream.of(
                        KafkaRight.read(topics.feedback()),
                        KafkaRight.commitAs(job + "-feedback"),
                        KafkaRight.writeInTransactions(job + "-feedback-dead-letters"))
                : Stream.empty();
        return Stream.of(always, sinks.map(sink -> KafkaRight.writeInTransactions(job + sink)), late)
                .flatMap(rights -> rights);
    }

    /** What a prediction of this model was made from. */
    static RecordOrigin<Prediction> originOfPredictions(String model) {
        return prediction -> prediction.getModel().equals(model)
                ? RecordOrigin.at(
                        prediction.getImpressionPartition(), prediction.getImpressionOffset(), prediction.getTask())
                : RecordOrigin.elsewhere();
    }

    /**
     * The topic of dead letters, for one who refuses records of one topic.
     *
     * @param refusedBy tells that one's letters from all others
     */
    private static Output<DeadLetter> deadLetters(KafkaOptions kafka, String refusedBy, String transactions) {
        return Output.exactlyOnce(
                kafka,
                kafka.topics().deadLetters(),
                DeadLetter.class,
                DeadLetters::key,
                RecordTime.none(),
                letter -> letter.getRefusedBy().equals(refusedBy) && letter.getOrigin() instanceof TopicOrigin origin
                        ? RecordOrigin.at(origin.getPartition(), origin.getOffset())
                        : RecordOrigin.elsewhere(),
                transactions);
    }
}

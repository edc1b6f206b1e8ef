package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.DeadLetters;
import io.caiman.jobs.connect.DecodeFunction;
import io.caiman.jobs.connect.Delivery;
import io.caiman.jobs.connect.LogSource;
import io.caiman.jobs.connect.LogWatermarks;
import io.caiman.jobs.connect.RecordSink;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import java.time.Clock;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine;

/** The metrics job from Kafka to Kafka. */
public final class MetricsJob {

    /** Name of the job in Flink. */
    public static final String NAME = "caiman-metrics";

    private MetricsJob() {}

    public static void main(String[] arguments) {
        int exitCode = new CommandLine(new MetricsCommand()).execute(arguments);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    /** The consumer group whose committed offsets tell how far the job is. */
    public static String groupId(Topics topics) {
        return NAME + "." + topics.predictions();
    }

    /**
     * Puts the job into an environment; executing it is left to the caller. Figures are written at least once: a repeated
     * one replaces itself. So are dead letters.
     */
    public static void define(StreamExecutionEnvironment env, KafkaOptions kafka, MetricsOptions options) {
        // Nothing here changes a record that it was given or has passed on.
        env.getConfig().enableObjectReuse();
        PredictionCheck check = new PredictionCheck(Clock.systemUTC());
        SingleOutputStreamOperator<Prediction> predictions = env.fromSource(
                        LogSource.of(kafka.connection(), kafka.topics().predictions(), groupId(kafka.topics())),
                        LogWatermarks.of(
                                Prediction.class,
                                NAME,
                                check,
                                Prediction::getEventTimeMs,
                                options.outOfOrderness(),
                                options.idleness()),
                        kafka.topics().predictions())
                .uid("metrics-source")
                .process(new DecodeFunction<>(Prediction.class, NAME, check), AvroRecordType.of(Prediction.class))
                .name("decode")
                .uid("metrics-decode");
        predictions
                .getSideOutput(DeadLetters.TAG)
                .sinkTo(DeadLetters.sink(kafka.connection(), kafka.topics().deadLetters(), Delivery.atLeastOnce()))
                .name(kafka.topics().deadLetters())
                .uid("metrics-dead-letters");
        MetricsTopology.build(predictions, options)
                .sinkTo(RecordSink.of(
                        kafka.connection(),
                        kafka.topics().domainMetrics(),
                        DomainMetrics.class,
                        Records::key,
                        DomainMetrics::getEndMs,
                        Delivery.atLeastOnce()))
                .name(kafka.topics().domainMetrics())
                .uid("metrics-sink");
    }
}

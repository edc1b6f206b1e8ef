package io.caiman.jobs.metrics;

import io.caiman.jobs.connect.DeadLetters;
import io.caiman.jobs.connect.Delivery;
import io.caiman.jobs.connect.RecordSink;
import io.caiman.jobs.options.JobProgram;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.jobs.predictions.PredictionSource;
import io.caiman.schemas.KafkaRight;
import io.caiman.schemas.Topics;
import io.caiman.schemas.avro.DomainMetrics;
import java.util.List;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The metrics job from Kafka to Kafka. */
public final class MetricsJob {

    /** Name of the job in Flink. */
    public static final String NAME = "caiman-metrics";

    private MetricsJob() {}

    /** For {@code flink run} and clusters in application mode. */
    public static void main(String[] arguments) throws Exception {
        JobProgram.run(new MetricsCommand(), arguments);
    }

    /** The consumer group whose committed offsets tell how far the job is. */
    public static String groupId(Topics topics) {
        return NAME + "." + topics.predictions();
    }

    private static String transactions(Topics topics) {
        return NAME + "." + topics.domainMetrics();
    }

    /** What the job has to be allowed. */
    static List<KafkaRight> rights(Topics topics) {
        return List.of(
                KafkaRight.read(topics.predictions()),
                KafkaRight.commitAs(groupId(topics)),
                KafkaRight.write(topics.domainMetrics()),
                KafkaRight.writeInTransactions(transactions(topics)),
                KafkaRight.write(topics.deadLetters()));
    }

    /**
     * Puts the job into an environment; executing it is left to the caller. Each figure is written exactly once, in a
     * transaction that the next checkpoint commits; dead letters at least once.
     */
    public static void define(StreamExecutionEnvironment env, KafkaOptions kafka, MetricsOptions options) {
        // Nothing here changes a record that it was given or has passed on, but the source its one prediction.
        env.getConfig().enableObjectReuse();
        SingleOutputStreamOperator<Observations> batches = MetricsTopology.batches(
                PredictionSource.of(env, kafka, groupId(kafka.topics()), options.watermarks())
                        .uid("metrics-source"),
                options);
        batches.getSideOutput(DeadLetters.TAG)
                .sinkTo(DeadLetters.sink(kafka.connection(), kafka.topics().deadLetters(), Delivery.atLeastOnce()))
                .name(kafka.topics().deadLetters())
                .uid("metrics-dead-letters");
        MetricsTopology.figures(batches, options)
                .sinkTo(RecordSink.of(
                        kafka.connection(),
                        kafka.topics().domainMetrics(),
                        DomainMetrics.class,
                        Records::key,
                        DomainMetrics::getEndMs,
                        Delivery.exactlyOnce(transactions(kafka.topics()), kafka.transactionTimeout())))
                .name(kafka.topics().domainMetrics())
                .uid("metrics-sink");
    }
}

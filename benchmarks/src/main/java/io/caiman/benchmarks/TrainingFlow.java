package io.caiman.benchmarks;

import io.caiman.jobs.connect.KafkaConnection;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.jobs.training.TrainingOptions;
import io.caiman.model.spec.NetworkKind;
import io.caiman.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * The training job that is measured: the default model on the CPU, between topics of one partition.
 *
 * @param address of the broker
 */
record TrainingFlow(String address, TrainingOptions options) {

    private static final Topics TOPICS = Topics.withPrefix("");

    /** Makes the topics, and fills the one of impressions. */
    void fill(Consumer<ObjIntConsumer<byte[]>> impressions) throws Exception {
        MeasuredJob.fill(
                address,
                TOPICS.impressions(),
                1,
                List.of(TOPICS.predictions(), TOPICS.modelHealth(), TOPICS.rowTombstones(), TOPICS.deadLetters()),
                impressions);
    }

    /**
     * The job.
     *
     * @param batch impressions in a mini-batch, all of them full
     */
    StreamExecutionEnvironment job(Configuration configuration, int batch) {
        StreamExecutionEnvironment env = TrainCommand.environment(configuration);
        TrainCommand.addTo(
                env,
                new KafkaOptions(KafkaConnection.to(address), TOPICS, Duration.ofMinutes(10)),
                StepShape.spec(NetworkKind.CROCODILE, "batch: {size: %d, max-wait-millis: 0}%n".formatted(batch)),
                options);
        return env;
    }

    /** Asks about the topics. */
    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", address));
    }

    /** Predictions in the topic, committed or not. */
    static long predictions(Admin admin) throws Exception {
        TopicPartition partition = new TopicPartition(TOPICS.predictions(), 0);
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
    }
}

package io.caiman.jobs.training;

import io.caiman.jobs.checkpoints.CheckpointRoom;
import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.DeadLetters;
import io.caiman.jobs.feedback.FeedbackJoiner;
import io.caiman.model.spec.ModelSpec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.RowTombstone;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The training job's graph: source, trainer and sinks, chained into one task so that a checkpoint's barrier never
 * queues behind buffered impressions. Labels that come late add a second source and a {@link FeedbackJoiner}; then the
 * sources are tasks of their own.
 */
public final class TrainingTopology {

    /** Name of the operator that learns, in metrics and in the web interface. */
    public static final String TRAINER = "trainer";

    private static final int ANY_SHARD = 0;

    private TrainingTopology() {}

    /**
     * Adds the job to an environment.
     *
     * @param impressions encoded {@link io.caiman.schemas.avro.Impression}s
     * @param lateLabels if empty, impressions are learned from at once, with the labels they have
     * @throws IllegalArgumentException if the environment's parallelism is not 1
     */
    public static void build(
            StreamExecutionEnvironment env,
            Source<ConsumedRecord, ?, ?> impressions,
            Optional<LateLabels> lateLabels,
            ModelSpec spec,
            TrainingOptions options,
            Output<Prediction> predictions,
            Output<ModelHealth> health,
            Output<RowTombstone> tombstones,
            Output<DeadLetter> deadLetters) {
        if (env.getParallelism() != 1) {
            throw new IllegalArgumentException(
                    "parallelism is %d; the trainer runs at parallelism 1: one impression's rows would be spread over several"
                            .formatted(env.getParallelism()));
        }
        env.getConfig().enableObjectReuse();
        DataStream<ConsumedRecord> shown = read(env, impressions, "impressions");
        DataStream<ConsumedRecord> labelled =
                lateLabels.map(labels -> label(env, shown, labels, spec)).orElse(shown);
        SingleOutputStreamOperator<Prediction> trained = atOneKey(labelled)
                .transform(
                        TRAINER,
                        AvroRecordType.of(Prediction.class),
                        new TrainingOperator(
                                spec,
                                options,
                                CheckpointRoom.of(env.getConfiguration()),
                                env.getCheckpointConfig().getCheckpointInterval()))
                .uid(TRAINER);
        predictions.attach(trained, "predictions");
        health.attach(trained.getSideOutput(HealthRecords.TAG), "model-health");
        tombstones.attach(trained.getSideOutput(RowTombstones.TAG), "row-tombstones");
        deadLetters.attach(trained.getSideOutput(DeadLetters.TAG), "dead-letters");
    }

    private static DataStream<ConsumedRecord> read(
            StreamExecutionEnvironment env, Source<ConsumedRecord, ?, ?> log, String name) {
        return env.fromSource(log, WatermarkStrategy.noWatermarks(), name).uid(name);
    }

    /** The same impressions with their labels, those that await one later. */
    private static DataStream<ConsumedRecord> label(
            StreamExecutionEnvironment env, DataStream<ConsumedRecord> shown, LateLabels labels, ModelSpec spec) {
        SingleOutputStreamOperator<ConsumedRecord> labelled = atOneKey(shown)
                .connect(atOneKey(read(env, labels.feedback(), "feedback")))
                .transform(FeedbackJoiner.NAME, ConsumedRecord.type(), labels.joiner(spec))
                .uid(FeedbackJoiner.NAME);
        labels.deadLetters().attach(labelled.getSideOutput(DeadLetters.TAG), "feedback-dead-letters");
        return labelled;
    }

    private static KeyedStream<ConsumedRecord, Integer> atOneKey(DataStream<ConsumedRecord> records) {
        return DataStreamUtils.reinterpretAsKeyedStream(records, record -> ANY_SHARD, Types.INT);
    }
}

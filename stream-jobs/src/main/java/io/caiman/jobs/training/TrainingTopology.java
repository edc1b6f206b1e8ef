package io.caiman.jobs.training;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.DeadLetters;
import io.caiman.model.spec.ModelSpec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.ModelHealth;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.RowTombstone;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The training job's graph: source, trainer and sinks, chained into one task so that a checkpoint's barrier never
 * queues behind buffered impressions.
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
     * @throws IllegalArgumentException if the environment's parallelism is not 1
     */
    public static void build(
            StreamExecutionEnvironment env,
            Source<ConsumedRecord, ?, ?> impressions,
            ModelSpec spec,
            TrainingOptions options,
            Sink<Prediction> predictions,
            Sink<ModelHealth> health,
            Sink<RowTombstone> tombstones,
            Sink<DeadLetter> deadLetters) {
        if (env.getParallelism() != 1) {
            throw new IllegalArgumentException(
                    "parallelism is %d; the trainer runs at parallelism 1: one impression's rows would be spread over several"
                            .formatted(env.getParallelism()));
        }
        env.getConfig().enableObjectReuse();
        SingleOutputStreamOperator<ConsumedRecord> records = env.fromSource(
                        impressions, WatermarkStrategy.noWatermarks(), "impressions")
                .uid("impressions");
        SingleOutputStreamOperator<Prediction> trained = DataStreamUtils.reinterpretAsKeyedStream(
                        records, record -> ANY_SHARD, Types.INT)
                .transform(TRAINER, AvroRecordType.of(Prediction.class), new TrainingOperator(spec, options))
                .uid(TRAINER);
        trained.sinkTo(predictions).name("predictions").uid("predictions");
        trained.getSideOutput(HealthRecords.TAG)
                .sinkTo(health)
                .name("model-health")
                .uid("model-health");
        trained.getSideOutput(RowTombstones.TAG)
                .sinkTo(tombstones)
                .name("row-tombstones")
                .uid("row-tombstones");
        trained.getSideOutput(DeadLetters.TAG)
                .sinkTo(deadLetters)
                .name("dead-letters")
                .uid("dead-letters");
    }
}

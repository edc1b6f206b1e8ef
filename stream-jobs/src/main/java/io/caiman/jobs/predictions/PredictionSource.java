package io.caiman.jobs.predictions;

import io.caiman.jobs.connect.LogSource;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.options.WatermarkOptions;
import java.time.Clock;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The predictions of an installation's topic, and how far event time has come in it. */
public final class PredictionSource {

    private PredictionSource() {}

    /**
     * Predictions, and the letters of what is none, with the watermarks of {@link ModelWatermarks} in each partition. All are
     * the same object, filled anew: the environment must have object reuse enabled.
     *
     * @param name consumer group, and who refuses what cannot be used
     */
    public static SingleOutputStreamOperator<IncomingPrediction> of(
            StreamExecutionEnvironment env, KafkaOptions kafka, String name, WatermarkOptions options) {
        String topic = kafka.topics().predictions();
        return env.fromSource(
                LogSource.of(
                        kafka.connection(),
                        topic,
                        name,
                        new PredictionSchema(new PredictionCheck(Clock.systemUTC()), name)),
                WatermarkStrategy.<IncomingPrediction>forGenerator(
                                context -> new ModelWatermarks(options, context.getInputActivityClock()))
                        .withTimestampAssigner((prediction, kafkaTime) -> prediction.eventTime()),
                topic);
    }
}

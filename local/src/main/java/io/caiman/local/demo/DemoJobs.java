package io.caiman.local.demo;

import io.caiman.jobs.leaderboard.LeaderboardTopology;
import io.caiman.jobs.metrics.MetricsJob;
import io.caiman.jobs.options.JobCommandOptions;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.jobs.training.TrainingOptions;
import io.caiman.model.spec.ModelSpec;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The jobs of a run, each with checkpoints of its own and going on from the newest that is whole. */
final class DemoJobs {

    static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(3);
    static final String METRICS = "metrics";
    private static final String TRAINING = "training";

    private final DemoOptions options;
    private final KafkaOptions kafka;
    private final RunDirectory directory;
    private final Consumer<String> terminal;

    /**
     * The jobs between the topics of a broker.
     *
     * @param terminal is told of checkpoints that are damaged
     */
    DemoJobs(DemoOptions options, KafkaOptions kafka, RunDirectory directory, Consumer<String> terminal) {
        this.options = options;
        this.kafka = kafka;
        this.directory = directory;
        this.terminal = terminal;
    }

    /** Name of a model's job and of its checkpoints. */
    String nameOfTraining(ModelSpec model) {
        return options.specs().size() == 1 ? TRAINING : TRAINING + "-" + model.name();
    }

    StreamExecutionEnvironment training(ModelSpec model) {
        StreamExecutionEnvironment env = TrainCommand.environment(configuration(nameOfTraining(model)));
        TrainCommand.addTo(env, kafka, model, TrainingOptions.on(options.device()));
        return env;
    }

    /** With the leaderboard, if there is one. */
    StreamExecutionEnvironment metrics() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration(METRICS));
        env.setParallelism(1);
        MetricsJob.define(env, kafka, options.metrics());
        options.leaderboard().ifPresent(leaderboard -> LeaderboardTopology.build(env, kafka, leaderboard));
        return env;
    }

    private Configuration configuration(String job) {
        Configuration configuration = JobCommandOptions.forJob(CHECKPOINT_INTERVAL);
        // What fails again and again will go on failing: say so instead of trying forever.
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3);
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                directory.checkpoints(job).toAbsolutePath().toUri().toString());
        directory
                .completed(job)
                .newestIntact(terminal)
                .ifPresent(checkpoint -> configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint.toString()));
        return configuration;
    }
}

package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.replay.Pace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * Takes from a Kafka of three brokers one after the other while the training job learns: the job goes on without it, and comes
 * to the same predictions, rows and weights as one whose Kafka was whole.
 */
@Tag("containers")
@Testcontainers(disabledWithoutDocker = true)
class BrokerLossIT {

    private static final int IMPRESSIONS = 12_000;
    /** So slow that the log cannot end before every broker was lost. */
    private static final Pace SLOW = new Pace.PerSecond(60);

    @TempDir
    Path directory;

    @Test
    void training_goes_on_without_a_broker_and_nothing_is_lost_or_doubled() throws Exception {
        Configuration flink = new Configuration();
        flink.set(RestOptions.BIND_PORT, "0");
        try (ThreeBrokers brokers = new ThreeBrokers();
                MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                        .setConfiguration(flink)
                        .build())) {
            cluster.start();
            Installation installation = installation(brokers, cluster);
            TrainingRun whole = new TrainingRun(installation, directory, "whole-", IMPRESSIONS, Pace.MAX);
            whole.start(new Configuration());
            SavedModel expectedModel = whole.finish();
            List<String> expected = whole.predictions();
            assertThat(expected).hasSize(IMPRESSIONS);

            TrainingRun run = new TrainingRun(installation, directory, "lossy-", IMPRESSIONS, SLOW);
            run.start(new Configuration());
            for (int broker = 0; broker < brokers.count(); broker++) {
                patiently().until(brokers::inSync);
                awaitMore(run);
                brokers.kill(broker);
                // Committed after the loss, so taken by the other two.
                awaitMore(run);
                awaitMore(run);
                assertThat(run.committed()).isLessThan(IMPRESSIONS);
                if (broker < brokers.count() - 1) {
                    brokers.start(broker);
                }
            }
            run.hurry();
            SavedModel model = run.finish();

            assertThat(run.predictions()).isEqualTo(expected);
            assertThat(model.rows()).isEqualTo(expectedModel.rows());
            assertThat(model.dense()).isEqualTo(expectedModel.dense());
        }
    }

    private static Installation installation(ThreeBrokers brokers, MiniCluster cluster) throws Exception {
        Configuration client = new Configuration();
        client.setString("execution.target", "remote");
        client.setString("rest.address", "localhost");
        client.setString(
                "rest.port", Integer.toString(cluster.getRestAddress().get().getPort()));
        return new Installation() {
            @Override
            public String bootstrapServers() {
                return brokers.bootstrapServers();
            }

            @Override
            public Configuration client() {
                return client;
            }
        };
    }

    private static void awaitMore(TrainingRun run) {
        long before = run.committed();
        patiently().until(() -> run.committed() > before);
    }

    private static ConditionFactory patiently() {
        return Awaitility.await()
                .atMost(TrainingRun.PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions();
    }
}

package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.replay.Pace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills broker, JobManager and TaskManager again and again while the training job learns, and compares with a run that
 * nobody disturbed: the same committed predictions, bit for bit and in the same order, the same rows, the same dense
 * weights.
 *
 * <p>{@code -Dcaiman.faults.kills=N} sets how many, {@code -Dcaiman.faults.seed=S} repeats the choices of a run (not
 * their timing to the millisecond, which the machine has a part in).
 */
class KillIT {

    private static final int IMPRESSIONS_PER_KILL = 2_000;
    private static final int LEAST_IMPRESSIONS = 10_000;

    @TempDir
    Path directory;

    @Test
    void nothing_is_lost_or_done_twice_whoever_is_killed_and_whenever() throws Exception {
        int kills = Integer.getInteger("caiman.faults.kills", 20);
        String givenSeed = System.getProperty("caiman.faults.seed", "");
        long seed = givenSeed.isEmpty() ? System.nanoTime() : Long.parseLong(givenSeed);
        int impressions = Math.max(LEAST_IMPRESSIONS, kills * IMPRESSIONS_PER_KILL);
        say("seed %d, %d kills, %,d impressions".formatted(seed, kills, impressions));
        try (Cluster cluster = new Cluster(directory, Path.of("target", "fault-logs"))) {
            TrainingRun whole = new TrainingRun(cluster, directory, "whole-", impressions, Pace.MAX);
            whole.start(new Configuration());
            SavedModel expectedModel = whole.finish();
            List<String> expected = whole.predictions();
            assertThat(expected).hasSize(impressions);
            say("undisturbed: %,d predictions, %,d rows"
                    .formatted(expected.size(), expectedModel.rows().size()));

            // So slow that the log outlasts the kills.
            TrainingRun killed = new TrainingRun(cluster, directory, "killed-", impressions, new Pace.PerSecond(150));
            killed.start(new Configuration());
            kill(cluster, killed, new Random(seed), kills);
            killed.hurry();
            SavedModel model = killed.finish();

            List<String> predictions = killed.predictions();
            assertThat(predictions).hasSize(impressions);
            assertThat(predictions).isEqualTo(expected);
            assertThat(model.rows()).isEqualTo(expectedModel.rows());
            assertThat(model.dense()).isEqualTo(expectedModel.dense());
            say("seed %d: after %d kills %,d predictions, %,d rows and the dense weights are the same, bit for bit"
                    .formatted(seed, kills, predictions.size(), model.rows().size()));
        }
    }

    private static void kill(Cluster cluster, TrainingRun run, Random random, int kills) throws Exception {
        Map<String, Integer> victims = new TreeMap<>();
        for (int kill = 1; kill <= kills; kill++) {
            Victim victim =
                    cluster.victims().get(random.nextInt(cluster.victims().size()));
            // Any moment between and in checkpoints; a quarter of them while the job still recovers.
            TimeUnit.MILLISECONDS.sleep(random.nextInt(3000));
            long before = run.committed();
            victim.kill();
            victim.start();
            long start = System.nanoTime();
            if (random.nextInt(4) > 0) {
                Awaitility.await()
                        .atMost(TrainingRun.PATIENCE)
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> run.committed() > before);
            }
            victims.merge(victim.name(), 1, Integer::sum);
            say("kill %d: %s after %,d predictions; %.1f s"
                    .formatted(kill, victim.name(), before, (System.nanoTime() - start) / 1e9));
        }
        say("killed " + victims);
    }

    private static void say(String line) {
        System.out.println(line);
    }
}

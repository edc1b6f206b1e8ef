package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.replay.Pace;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fills the disk that a training job has its rows on, and then the one for its checkpoints: it stops and says which, and
 * when there is room again it goes on by itself, to the same predictions, rows and weights as a job that had room all the
 * time.
 */
class FullDiskIT {

    private static final int IMPRESSIONS = 12_000;
    /** So slow that the log cannot end before both disks were full and had room again. */
    private static final Pace SLOW = new Pace.PerSecond(50);

    @TempDir
    Path directory;

    @Test
    void a_full_disk_stops_the_job_with_a_clear_error_until_there_is_room() throws Exception {
        try (SmallDisk rows = SmallDisk.mount(directory.resolve("rows"));
                SmallDisk checkpoints = SmallDisk.mount(directory.resolve("checkpoints"));
                Cluster cluster = new Cluster(directory, Path.of("target", "full-disk-logs"))) {
            TrainingRun whole = new TrainingRun(cluster, directory, "whole-", IMPRESSIONS, Pace.MAX);
            whole.start(new Configuration());
            SavedModel expectedModel = whole.finish();
            List<String> expected = whole.predictions();
            assertThat(expected).hasSize(IMPRESSIONS);

            TrainingRun run = new TrainingRun(cluster, directory, "full-", IMPRESSIONS, SLOW);
            Configuration settings = new Configuration();
            settings.set(RocksDBOptions.LOCAL_DIRECTORIES, rows.path().toString());
            settings.set(
                    CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                    checkpoints.path().toUri().toString());
            settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 0);
            run.start(settings);
            for (SmallDisk disk : List.of(rows, checkpoints)) {
                awaitMore(run);
                disk.fill();
                Awaitility.await()
                        .atMost(TrainingRun.PATIENCE)
                        .untilAsserted(() -> assertThat(failures(cluster, run))
                                .containsAnyOf(
                                        "embedding rows cannot be written to " + disk.path(),
                                        "embedding rows cannot be written to RocksDB in " + disk.path(),
                                        "no room for a checkpoint in " + disk.path())
                                .containsIgnoringCase("make room on"));
                long stopped = run.committed();
                assertThat(stopped).isLessThan(IMPRESSIONS);
                disk.makeRoom();
            }
            awaitMore(run);
            run.hurry();
            SavedModel model = run.finish();

            assertThat(run.predictions()).isEqualTo(expected);
            assertThat(model.rows()).isEqualTo(expectedModel.rows());
            assertThat(model.dense()).isEqualTo(expectedModel.dense());
        }
    }

    private static void awaitMore(TrainingRun run) {
        long before = run.committed();
        Awaitility.await()
                .atMost(TrainingRun.PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> run.committed() > before);
    }

    /** What the JobManager shows of why the job failed. */
    private static String failures(Cluster cluster, TrainingRun run) throws Exception {
        URI address = URI.create("%s/jobs/%s/exceptions".formatted(cluster.restAddress(), run.job()));
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                .body();
    }
}

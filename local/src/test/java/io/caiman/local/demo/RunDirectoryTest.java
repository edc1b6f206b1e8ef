package io.caiman.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {

    @TempDir
    private Path folder;

    @Test
    void it_is_deleted_also_where_a_job_writes_one_more_file_meanwhile() throws Exception {
        RunDirectory run = new RunDirectory(folder.resolve("run"));
        Path checkpoint = Files.createDirectories(run.checkpoints("training"));
        int files = 2_000;
        for (int file = 0; file < files; file++) {
            Files.createFile(checkpoint.resolve("state-" + file));
        }
        Thread job = new Thread(() -> writeWhenFewerThan(files, checkpoint), "job");
        job.start();

        run.delete();

        job.join();
        assertThat(run.path()).doesNotExist();
    }

    @Test
    void what_a_killed_run_left_of_flink_s_working_files_is_gone() throws Exception {
        RunDirectory run = RunDirectory.claim(folder.resolve("run"), "a run");
        Files.createFile(run.flink().resolve("left"));
        assertThat(run.flink()).isEmptyDirectory();
    }

    @Test
    void a_path_that_flink_takes_for_several_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunDirectory.claim(folder.resolve("a,b"), "a run"))
                .withMessageContainingAll("--work-dir", "a,b", "without ','");
    }

    private static void writeWhenFewerThan(int files, Path checkpoint) {
        try {
            while (count(checkpoint) == files) {
                Thread.onSpinWait();
            }
            Files.createFile(checkpoint.resolve("one-more"));
        } catch (NoSuchFileException e) {
            // The directory went first.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }
}

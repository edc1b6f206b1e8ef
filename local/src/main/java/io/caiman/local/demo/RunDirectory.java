package io.caiman.local.demo;

import io.caiman.jobs.checkpoints.CompletedCheckpoints;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.flink.util.FileUtils;

/**
 * Where a run keeps what must outlive it: the broker's data, the jobs' checkpoints, and a note of what the run is, so
 * that nothing else is ever continued from it by mistake.
 *
 * @param path the directory
 */
record RunDirectory(Path path) {

    /** Broker, state and checkpoints of a small run. */
    private static final long LEAST_ROOM = 1L << 30;

    /** Between the directories that it keeps working files in. */
    private static final Pattern FLINKS_SEPARATORS = Pattern.compile(",|" + Pattern.quote(File.pathSeparator));

    /** Jobs write a checkpoint every few seconds, and to delete takes far less. */
    private static final int TIMES_TO_DELETE = 10;

    /**
     * Makes the directory if it is not there, and claims it for a run.
     *
     * @param identity whatever decides what the run's outcome is, in words
     * @throws IllegalArgumentException if it cannot be written or belongs to a run of another identity
     */
    static RunDirectory claim(Path path, String identity) {
        if (FLINKS_SEPARATORS.matcher(path.toAbsolutePath().toString()).find()) {
            throw new IllegalArgumentException(
                    "--work-dir is %s; expected a directory without ',' and '%s' in its path, which Flink takes for several"
                            .formatted(path.toAbsolutePath(), File.pathSeparator));
        }
        Path note = path.resolve("run.txt");
        try {
            Files.createDirectories(path);
            long room = Files.getFileStore(path).getUsableSpace();
            if (room < LEAST_ROOM) {
                throw new IllegalArgumentException(
                        "--work-dir is %s, on a disk with %d MiB left; expected at least %d: make room, or name another disk"
                                .formatted(path, room >> 20, LEAST_ROOM >> 20));
            }
            if (Files.exists(note)) {
                String other = Files.readString(note);
                if (!other.equals(identity)) {
                    throw new IllegalArgumentException(
                            "--work-dir %s holds another run:%n%s%nthis one is:%n%s%ngive this run a directory of its own, or the options of the other"
                                    .formatted(path, other.indent(2), identity.indent(2)));
                }
            } else {
                Path draft = path.resolve("run.txt.draft");
                Files.writeString(draft, identity);
                Files.move(draft, note);
            }
            return new RunDirectory(path);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--work-dir is %s; expected a directory that can be written, on a disk with room: %s"
                            .formatted(path, e),
                    e);
        }
    }

    Path broker() {
        return path.resolve("kafka");
    }

    /** For what Flink keeps while it runs; a run that was killed may have left something, which nobody needs. */
    Path flink() {
        RunDirectory working = new RunDirectory(path.resolve("flink"));
        working.delete();
        try {
            return Files.createDirectory(working.path());
        } catch (IOException e) {
            throw new UncheckedIOException("the directory " + working.path() + " could not be made", e);
        }
    }

    Path checkpoints(String job) {
        return path.resolve("checkpoints").resolve(job);
    }

    /** What the runs of a job have completed. */
    CompletedCheckpoints completed(String job) {
        return new CompletedCheckpoints(new org.apache.flink.core.fs.Path(
                checkpoints(job).toAbsolutePath().toUri()));
    }

    /** Deletes the directory and all in it, also while jobs that have not yet stopped add and remove files. */
    void delete() {
        try {
            for (int left = TIMES_TO_DELETE; Files.exists(path); left--) {
                try {
                    FileUtils.deleteDirectory(path.toFile());
                } catch (DirectoryNotEmptyException e) {
                    // Something was written since the directory's files were listed.
                    if (left == 1) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the run's directory " + path + " could not be deleted", e);
        }
    }
}

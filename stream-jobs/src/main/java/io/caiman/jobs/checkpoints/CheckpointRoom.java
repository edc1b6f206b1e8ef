package io.caiman.jobs.checkpoints;

import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * Whether the disk for checkpoints has room for one more. When it has not, Flink says that a checkpoint failed, and of the
 * reason nothing but where to look for it.
 *
 * @param directory of the checkpoints; empty if they are not on a disk of this machine
 */
public record CheckpointRoom(String directory) implements Serializable {

    /** Room where this configuration has a job's checkpoints. */
    public static CheckpointRoom of(ReadableConfig configuration) {
        return new CheckpointRoom(configuration
                .getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
                .map(URI::create)
                .filter(uri -> "file".equals(uri.getScheme()))
                .map(uri -> Path.of(uri).toString())
                .orElse(""));
    }

    /**
     * Checks before a checkpoint is taken.
     *
     * @param bytes that it takes at least
     * @throws IOException if there are less, naming the directory and the remedy
     */
    public void require(long bytes) throws IOException {
        Path path = Path.of(directory);
        if (directory.isEmpty() || !Files.exists(path)) {
            return;
        }
        long usable = Files.getFileStore(path).getUsableSpace();
        if (usable < bytes) {
            throw new IOException(
                    "no room for a checkpoint in %s: %,d bytes are left, it takes at least %,d. Make room on that disk, and the job goes on from its last checkpoint"
                            .formatted(directory, usable, bytes));
        }
    }
}

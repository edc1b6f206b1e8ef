package io.caiman.jobs.checkpoints;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * The checkpoints that runs of one job have completed under one directory. A checkpoint is complete when its metadata is
 * there, which Flink writes last.
 */
public final class CompletedCheckpoints {

    /** How many Flink is to keep, so that there is another one to go on from. */
    public static final int RETAINED = 3;

    private static final String METADATA = "_metadata";

    private final Path root;

    /**
     * The checkpoints under a directory.
     *
     * @param root what Flink knows as {@code execution.checkpointing.dir}; in it a directory for each run
     */
    public CompletedCheckpoints(Path root) {
        this.root = root;
    }

    /** Their directories, the newest first. */
    public List<Path> newestFirst() {
        List<FileStatus> metadata = new ArrayList<>();
        try {
            FileSystem files = root.getFileSystem();
            if (files.exists(root)) {
                for (FileStatus run : files.listStatus(root)) {
                    if (run.isDir()) {
                        collect(files, run.getPath(), metadata);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoints under %s cannot be listed".formatted(root), e);
        }
        return metadata.stream()
                .sorted(Comparator.comparingLong(FileStatus::getModificationTime)
                        .thenComparingLong(file -> number(file.getPath().getParent()))
                        .reversed())
                .map(file -> file.getPath().getParent())
                .toList();
    }

    private static void collect(FileSystem files, Path run, List<FileStatus> metadata) throws IOException {
        for (FileStatus checkpoint : files.listStatus(run)) {
            if (checkpoint.isDir() && number(checkpoint.getPath()) >= 0) {
                try {
                    metadata.add(files.getFileStatus(new Path(checkpoint.getPath(), METADATA)));
                } catch (FileNotFoundException e) {
                    // Not completed, or just deleted by a job that is running.
                }
            }
        }
    }

    /** The number in chk-N, or -1. */
    private static long number(Path checkpoint) {
        String name = checkpoint.getName();
        return name.matches("chk-\\d{1,18}") ? Long.parseLong(name.substring("chk-".length())) : -1;
    }

    /**
     * The newest checkpoint that is whole, empty if none was ever completed.
     *
     * @param passedOver is told of each newer one that is not, and why
     * @throws IllegalStateException if there are checkpoints but not one is whole
     */
    public Optional<Path> newestIntact(Consumer<String> passedOver) {
        List<Path> all = newestFirst();
        for (Path checkpoint : all) {
            Optional<String> damage = CheckpointInspection.damage(checkpoint);
            if (damage.isEmpty()) {
                return Optional.of(checkpoint);
            }
            passedOver.accept(
                    "checkpoint %s is damaged, going on from the one before: %s".formatted(checkpoint, damage.get()));
        }
        if (all.isEmpty()) {
            return Optional.empty();
        }
        throw new IllegalStateException(
                "all %d checkpoints under %s are damaged: restore the directory from a copy, or name another directory to start from the log's beginning"
                        .formatted(all.size(), root));
    }
}

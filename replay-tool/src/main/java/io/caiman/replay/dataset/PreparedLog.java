package io.caiman.replay.dataset;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A log made ready to be replayed at full speed, any number of times: a folder with the impressions in order of event time
 * ({@code impressions.avro}), the lines that cannot be used ({@code bad-lines.avro}) and a {@code manifest.json} that tells
 * what it was made from, counts, checksums and where the impressions of some event time begin. Both data files are Avro
 * object containers compressed by zstd, so other tools read them too.
 */
public final class PreparedLog {

    private static final List<String> FILES =
            List.of(PreparedWriter.IMPRESSIONS, PreparedWriter.BAD_LINES, PreparedManifest.FILE);

    private PreparedLog() {}

    /**
     * Writes a log into a folder, which appears only once it is complete.
     *
     * @param source is read to its end and left open
     * @param limit how many of its lines may be bad
     * @param folder must not exist, or be empty
     * @param entriesWritten told now and then how many entries were written so far
     * @return what became of the log's lines
     * @throws DatasetException if the folder has content, cannot be written, or the log cannot be read or has too many
     *     bad lines
     */
    public static LineCounts write(
            ImpressionSource source, BadLineLimit limit, Path folder, LongConsumer entriesWritten) {
        Path partial = folder.toAbsolutePath().resolveSibling(folder.getFileName() + ".partial");
        try {
            requireEmpty(folder);
            clear(partial);
            Files.createDirectories(partial);
            PreparedManifest manifest = writeFiles(source, limit, partial, entriesWritten);
            manifest.write(partial);
            for (String file : FILES) {
                try (FileChannel channel = FileChannel.open(partial.resolve(file), StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
            Files.deleteIfExists(folder);
            Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            return manifest.counts();
        } catch (IOException e) {
            throw new DatasetException(
                    "the prepared log cannot be written to %s: %s. Free some space there, or name another folder with --to."
                            .formatted(folder, e),
                    e);
        }
    }

    private static PreparedManifest writeFiles(
            ImpressionSource source, BadLineLimit limit, Path folder, LongConsumer entriesWritten) throws IOException {
        long entries = 0;
        try (PreparedWriter writer = new PreparedWriter(folder)) {
            while (source.hasNext()) {
                LogEntry entry = source.next();
                if (entry instanceof LogEntry.Shown
                        && entries == source.counts().bad()) {
                    requireWithin(limit, source.counts());
                }
                writer.add(entry);
                if (++entries % PreparedWriter.BLOCK_IMPRESSIONS == 0) {
                    entriesWritten.accept(entries);
                }
            }
            requireWithin(limit, source.counts());
            return writer.finish(source.provenance(), source.counts());
        }
    }

    private static void requireWithin(BadLineLimit limit, LineCounts counts) {
        if (limit.isPassedBy(counts)) {
            throw new DatasetException(
                    "%,d of %,d lines cannot be used, more than --max-bad %s allows. 'caiman validate' names them."
                            .formatted(counts.bad(), counts.read(), limit));
        }
    }

    private static void requireEmpty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new DatasetException("--to: expected a folder to make, found a file at " + folder);
        }
        try (Stream<Path> content = Files.list(folder)) {
            if (content.findAny().isPresent()) {
                throw new DatasetException(
                        "--to: %s is not empty. Name a folder that is yet to be made, or delete this one."
                                .formatted(folder));
            }
        }
    }

    /** Removes what a run that was killed left behind. */
    private static void clear(Path partial) throws IOException {
        if (Files.isDirectory(partial)) {
            for (String file : FILES) {
                Files.deleteIfExists(partial.resolve(file));
            }
        }
    }
}

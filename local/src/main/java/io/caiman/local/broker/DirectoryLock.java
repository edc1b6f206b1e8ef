package io.caiman.local.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One broker's right to a data directory. Kafka's own lock comes too late: by the time a second broker on a directory
 * fails on it, that broker's controller has written to the first one's metadata log.
 */
final class DirectoryLock implements AutoCloseable {

    /**
     * Directories held in this JVM. A file lock is the process's, and closing any channel to the file gives it up, so
     * the file must not even be opened while it is held here.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * @param directory one that exists
     * @throws BrokerStartException if another broker holds it
     */
    static DirectoryLock take(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD.add(real)) {
            throw inUse(directory);
        }
        try {
            FileChannel channel =
                    FileChannel.open(real.resolve("in-use.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw inUse(directory);
            }
            return new DirectoryLock(real, channel);
        } catch (IOException | RuntimeException e) {
            HELD.remove(real);
            throw e;
        }
    }

    /** Gives the directory free; a second call does nothing. */
    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("giving up " + directory, e);
        } finally {
            HELD.remove(directory);
        }
    }

    private static BrokerStartException inUse(Path directory) {
        return new BrokerStartException(
                "The Kafka data directory %s is in use by another broker. Stop the process that runs it, or choose another directory."
                        .formatted(directory));
    }
}

package io.caiman.replay.dataset;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log on a thread of its own, a bounded stretch ahead of whoever uses it. The counts are those of what was read, not
 * of what was given; at the end they are the same.
 */
public final class ReadAhead implements ImpressionSource {

    private static final int ENTRIES_TOGETHER = 256;
    private static final int WAITING_STRETCHES = 16;

    /** Some entries in a row, with the counts behind them; the last of a log, or why there are no more. */
    private record Stretch(
            List<LogEntry> entries,
            LineCounts counts,
            boolean last,
            @Nullable Throwable failure) {}

    private final ImpressionSource log;
    private final BlockingQueue<Stretch> read = new ArrayBlockingQueue<>(WAITING_STRETCHES);
    private final Thread reader = new Thread(this::readAll, "log-reader");
    private boolean started;
    private Iterator<LogEntry> entries = List.<LogEntry>of().iterator();
    private LineCounts counts = new LineCounts(0, 0, 0, 0, 0);
    private boolean last;

    /** @param log is read by another thread from the first entry on, until this is closed; stays open */
    public ReadAhead(ImpressionSource log) {
        this.log = log;
        reader.setDaemon(true);
    }

    private void readAll() {
        try {
            boolean more = true;
            while (more) {
                List<LogEntry> some = new ArrayList<>(ENTRIES_TOGETHER);
                while (some.size() < ENTRIES_TOGETHER && log.hasNext()) {
                    some.add(log.next());
                }
                more = some.size() == ENTRIES_TOGETHER;
                read.put(new Stretch(some, log.counts(), !more, null));
            }
        } catch (InterruptedException e) {
            // Closed before the end.
        } catch (RuntimeException | Error e) { // whoever waits for entries is told of memory that ran out too
            fail(e);
        }
    }

    private void fail(Throwable failure) {
        try {
            read.put(new Stretch(List.of(), counts, true, failure));
        } catch (InterruptedException e) {
            // Nobody waits for it any more.
        }
    }

    @Override
    public Provenance provenance() {
        return log.provenance();
    }

    @Override
    public boolean delaysLabels() {
        return log.delaysLabels();
    }

    @Override
    public void prepare(LongConsumer linesRead) {
        if (!started) {
            log.prepare(linesRead);
        }
    }

    @Override
    public boolean hasNext() {
        if (!started) {
            started = true;
            reader.start();
        }
        while (!entries.hasNext() && !last) {
            Stretch stretch = take();
            if (stretch.failure instanceof Error error) {
                throw error;
            }
            if (stretch.failure instanceof RuntimeException exception) {
                throw exception;
            }
            entries = stretch.entries.iterator();
            counts = stretch.counts;
            last = stretch.last;
        }
        return entries.hasNext();
    }

    private Stretch take() {
        try {
            return read.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatasetException("reading the log was interrupted", e);
        }
    }

    @Override
    public LogEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the log has ended");
        }
        return entries.next();
    }

    @Override
    public OptionalLong expectedEntries() {
        return log.expectedEntries();
    }

    @Override
    public LineCounts counts() {
        return counts;
    }

    @Override
    public void close() {
        reader.interrupt();
        boolean interrupted = Thread.interrupted();
        try {
            reader.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

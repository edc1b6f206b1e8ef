package io.caiman.replay.dataset;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * A log of one or more files of lines, put in order of event time. A log that is in order already is not sorted: it is read
 * twice, for its bad lines come first.
 */
final class SortedLog implements ImpressionSource {

    private static final int REPORT_EVERY_LINES = 1 << 16;
    private static final String NO_ROOM =
            "sorting the log by event time failed: %s. It writes what it needs of each line to the folder"
                    + " for temporary files: free some space there, or name another with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIR.";

    private final Provenance provenance;
    private final LogFormat format;
    private final List<Path> files;
    private final List<DelimitedLine> lines = new ArrayList<>();
    private final OptionalLong limit;
    private final EventTimeRange range;
    private final EventTimeSorter sorter;
    private final LogRecord record = new LogRecord();
    private final LinesAgain again = new LinesAgain();

    private boolean prepared;
    private boolean waiting;
    private long read;
    private long badLines;
    private long filtered;
    private long impressionsGiven;
    private long badGiven;

    SortedLog(Provenance provenance, LogFormat format, List<Path> files, DatasetOptions options) {
        this(provenance, format, files, options, EventTimeSorter.Limits.DEFAULT);
    }

    /**
     * Reads the headers only.
     *
     * @throws DatasetException if a file is missing or its header lacks a column
     */
    SortedLog(
            Provenance provenance,
            LogFormat format,
            List<Path> files,
            DatasetOptions options,
            EventTimeSorter.Limits memory) {
        this.provenance = provenance;
        this.format = format;
        this.files = List.copyOf(files);
        this.limit = options.limit();
        this.range = options.range();
        this.sorter = new EventTimeSorter(memory);
        for (Path file : files) {
            lines.add(columns(file, format));
        }
    }

    /**
     * The columns of a log file.
     *
     * @throws DatasetException if the file is missing or its header lacks a column
     */
    private static DelimitedLine columns(Path file, LogFormat format) {
        requireFile(file);
        try (LogLines lines = format.lines(file)) {
            return columns(file, lines, format.layout(file), format.columns());
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(
                    "%s is missing. Put the dataset's files in that folder, or name theirs with --data."
                            .formatted(file));
        }
    }

    /** The columns of a file whose first line, if it is a header, is yet to be read. */
    static DelimitedLine columns(Path file, LogLines lines, LineLayout layout, List<String> wanted) throws IOException {
        try {
            String header = layout.hasHeader() && lines.next()
                    ? new String(lines.bytes(), lines.start(), lines.end() - lines.start(), layout.charset())
                    : "";
            return DelimitedLine.of(layout, header, wanted);
        } catch (MalformedLineException e) {
            throw DatasetException.at(file, 1, e.reason());
        }
    }

    @Override
    public Provenance provenance() {
        return provenance;
    }

    @Override
    public void prepare(LongConsumer linesRead) {
        if (prepared) {
            return;
        }
        for (int file = 0; file < files.size(); file++) {
            try (LogLines reader = body(file)) {
                while (!isReadFarEnough() && reader.next()) {
                    keep(file, reader);
                    if (++read % REPORT_EVERY_LINES == 0) {
                        stopIfInterrupted();
                        linesRead.accept(read);
                    }
                }
            } catch (SortException e) {
                throw new DatasetException(NO_ROOM.formatted(e.getCause()), e);
            } catch (IOException e) {
                throw DatasetException.unreadable(files.get(file), e);
            }
        }
        try {
            sorter.sort();
        } catch (IOException e) {
            throw new DatasetException(NO_ROOM.formatted(e), e);
        }
        prepared = true;
    }

    private boolean isReadFarEnough() {
        return format.inOrder() && limit.isPresent() && impressionsInAll() >= limit.getAsLong();
    }

    /** The lines of a file behind its header. */
    private LogLines body(int file) throws IOException {
        LogLines reader = format.lines(files.get(file));
        if (format.layout(files.get(file)).hasHeader()) {
            reader.next();
        }
        return reader;
    }

    private static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new DatasetException("sorting the log by event time was interrupted");
        }
    }

    private void keep(int file, LogLines reader) throws SortException {
        try {
            if (parse(file, reader, read) == LogFormat.Verdict.FILTERED) {
                filtered++;
                return;
            }
            if (format.inOrder()) {
                return;
            }
        } catch (MalformedLineException e) {
            badLines++;
            record.bad(e.reason(), reader.bytes(), reader.start(), reader.end());
        }
        try {
            sorter.add(record);
        } catch (IOException e) {
            throw new SortException(e);
        }
    }

    private LogFormat.Verdict parse(int file, LogLines reader, long linesBefore) throws MalformedLineException {
        record.startAt(file, reader.number());
        record.linesBefore(linesBefore);
        if (reader.cut()) {
            int kept = reader.end() - reader.start();
            throw new MalformedLineException(
                    "longer than %d bytes, of which the first %d are kept".formatted(kept, kept));
        }
        DelimitedLine line = lines.get(file);
        line.set(reader.bytes(), reader.start(), reader.end());
        LogFormat.Verdict verdict = format.parse(line, record);
        return range.isAll() || range.contains(record.time()) ? verdict : LogFormat.Verdict.FILTERED;
    }

    @Override
    public boolean hasNext() {
        prepare(linesRead -> {});
        if (!waiting) {
            try {
                waiting = sorter.next(record) || (format.inOrder() && again.next());
            } catch (IOException e) {
                throw new DatasetException(NO_ROOM.formatted(e), e);
            }
        }
        return waiting && (record.isBad() || limit.isEmpty() || impressionsGiven < limit.getAsLong());
    }

    @Override
    public LogEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the log has ended");
        }
        waiting = false;
        if (record.isBad()) {
            badGiven++;
            FileOrigin origin = new FileOrigin(files.get(record.file()).toString(), record.line());
            return new LogEntry.BadLine(
                    new DeadLetter(origin, ByteBuffer.wrap(record.badBytes()), record.badReason(), "replay"));
        }
        impressionsGiven++;
        return LogEntry.Shown.of(format.impression(record));
    }

    @Override
    public OptionalLong expectedEntries() {
        if (!prepared) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(badLines + Math.min(impressionsInAll(), limit.orElse(Long.MAX_VALUE)));
    }

    private long impressionsInAll() {
        return read - badLines - filtered;
    }

    @Override
    public LineCounts counts() {
        long beyondLimit = limit.isPresent() ? Math.max(0, impressionsInAll() - limit.getAsLong()) : 0;
        return new LineCounts(read, impressionsGiven, badGiven, filtered + beyondLimit, format.withoutFeatures());
    }

    @Override
    public void close() {
        try {
            again.close();
            sorter.close();
            format.close();
        } catch (IOException e) {
            throw new DatasetException("the files of the sorted log cannot be closed: " + e, e);
        }
    }

    /** Trouble with the temporary file, told apart from trouble with the log. */
    private static final class SortException extends IOException {
        private static final long serialVersionUID = 1;

        SortException(IOException cause) {
            super(cause);
        }
    }

    /** The lines of a log in order, a second time, for those that became impressions. */
    private final class LinesAgain implements Closeable {
        private int file = -1;
        private long parsed;
        private Optional<LogLines> reader = Optional.empty();

        /** Parses the next of them into the record; false where there are no more. */
        boolean next() {
            while (true) {
                if (reader.isEmpty() && !openNext()) {
                    return false;
                }
                try {
                    if (!reader.get().next()) {
                        close();
                    } else if (parse(file, reader.get(), parsed++) == LogFormat.Verdict.KEPT) {
                        return true;
                    }
                } catch (MalformedLineException alreadyGiven) {
                    // It was among the bad lines, which came first.
                } catch (IOException e) {
                    throw DatasetException.unreadable(files.get(file), e);
                }
            }
        }

        private boolean openNext() {
            if (++file >= files.size()) {
                return false;
            }
            try {
                reader = Optional.of(body(file));
                return true;
            } catch (IOException e) {
                throw DatasetException.unreadable(files.get(file), e);
            }
        }

        @Override
        public void close() throws IOException {
            if (reader.isPresent()) {
                reader.get().close();
                reader = Optional.empty();
            }
        }
    }
}

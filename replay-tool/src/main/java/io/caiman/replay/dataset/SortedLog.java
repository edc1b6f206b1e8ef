package io.caiman.replay.dataset;

import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/** A log of one or more CSV files, put in order of event time. Of a bad line only its place is kept; it is read again when due. */
final class SortedLog implements ImpressionSource {

    private static final int REPORT_EVERY_LINES = 1 << 16;
    private static final String NO_ROOM =
            "sorting the log by event time failed: %s. It writes 40 bytes a line to the folder"
                    + " for temporary files: free some space there, or name another with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIR.";

    private final LogFormat format;
    private final List<Path> files;
    private final List<CsvLine> lines = new ArrayList<>();
    private final OptionalLong limit;
    private final EventTimeRange range;
    private final EventTimeSorter sorter;
    private final LogRecord record = new LogRecord();

    private boolean prepared;
    private boolean waiting;
    private long read;
    private long badLines;
    private long filtered;
    private long impressionsGiven;
    private long badGiven;

    SortedLog(LogFormat format, List<Path> files, OptionalLong limit, EventTimeRange range) {
        this(format, files, limit, range, EventTimeSorter.DEFAULT_RUN_RECORDS);
    }

    /**
     * Reads the headers only.
     *
     * @throws DatasetException if a file is missing or its header lacks a column
     */
    SortedLog(LogFormat format, List<Path> files, OptionalLong limit, EventTimeRange range, int runRecords) {
        this.format = format;
        this.files = List.copyOf(files);
        this.limit = limit;
        this.range = range;
        this.sorter = new EventTimeSorter(runRecords);
        for (Path file : files) {
            lines.add(header(file, format.columns()));
        }
    }

    static CsvLine header(Path file, List<String> columns) {
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(
                    "%s is missing. Put the dataset's files in that folder, or name theirs with --data."
                            .formatted(file));
        }
        try (LineReader reader = new LineReader(file)) {
            String header = reader.next() ? reader.text() : "";
            return CsvLine.withHeader(header, columns);
        } catch (MalformedLineException e) {
            throw DatasetException.at(file, 1, e.reason());
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    @Override
    public void prepare(LongConsumer linesRead) {
        if (prepared) {
            return;
        }
        for (int file = 0; file < files.size(); file++) {
            try (LineReader reader = new LineReader(files.get(file))) {
                reader.next();
                while (reader.next()) {
                    parse(file, reader);
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

    private static void stopIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new DatasetException("sorting the log by event time was interrupted");
        }
    }

    private void parse(int file, LineReader reader) throws SortException {
        record.origin(file, reader.number());
        try {
            if (parse(file, reader.bytes(), reader.start(), reader.end(), reader.cut()) == LogFormat.Verdict.FILTERED) {
                filtered++;
                return;
            }
            if (!range.isAll() && !range.contains(record.time())) {
                filtered++;
                return;
            }
        } catch (MalformedLineException e) {
            badLines++;
            record.bad(reader.offset(), reader.end() - reader.start(), reader.cut());
        }
        try {
            sorter.add(record.longs);
        } catch (IOException e) {
            throw new SortException(e);
        }
    }

    private LogFormat.Verdict parse(int file, byte[] bytes, int start, int end, boolean cut)
            throws MalformedLineException {
        if (cut) {
            throw new MalformedLineException("longer than %d bytes, of which the first %d are kept"
                    .formatted(LineReader.LONGEST_LINE_BYTES, LineReader.LONGEST_LINE_BYTES));
        }
        CsvLine line = lines.get(file);
        line.set(bytes, start, end);
        return format.parse(line, record);
    }

    @Override
    public boolean hasNext() {
        prepare(linesRead -> {});
        if (!waiting) {
            try {
                waiting = sorter.next(record.longs);
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
            return new LogEntry.BadLine(badLine());
        }
        impressionsGiven++;
        return new LogEntry.Shown(format.impression(record), OptionalDouble.empty());
    }

    private DeadLetter badLine() {
        int file = record.file();
        Path path = files.get(file);
        byte[] bytes = new byte[record.badLength()];
        try (RandomAccessFile again = new RandomAccessFile(path.toFile(), "r")) {
            again.seek(record.badOffset());
            again.readFully(bytes);
        } catch (IOException e) {
            throw DatasetException.unreadable(path, e);
        }
        FileOrigin origin = new FileOrigin(path.toString(), record.line());
        try {
            parse(file, bytes, 0, bytes.length, record.badCut());
        } catch (MalformedLineException e) {
            return new DeadLetter(origin, ByteBuffer.wrap(bytes), e.reason(), "replay");
        }
        throw DatasetException.at(path, origin.getLine(), "the file was changed while it was being read");
    }

    @Override
    public OptionalLong expectedEntries() {
        if (!prepared) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(badLines + Math.min(impressionsInAll(), limit.orElse(Long.MAX_VALUE)));
    }

    private long impressionsInAll() {
        return sorter.size() - badLines;
    }

    @Override
    public LineCounts counts() {
        long beyondLimit = limit.isPresent() ? Math.max(0, impressionsInAll() - limit.getAsLong()) : 0;
        return new LineCounts(read, impressionsGiven, badGiven, filtered + beyondLimit, format.withoutFeatures());
    }

    @Override
    public void close() {
        try {
            sorter.close();
        } catch (IOException e) {
            throw new DatasetException("the temporary file of the sorted log cannot be closed: " + e, e);
        }
    }

    /** Trouble with the temporary file, told apart from trouble with the log. */
    private static final class SortException extends IOException {
        private static final long serialVersionUID = 1;

        SortException(IOException cause) {
            super(cause);
        }
    }
}

package io.caiman.replay.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reading of a table that the log is joined with. Unlike a log, it has to be right as a whole: a bad line stops everything. */
final class SideTable {

    /** Takes in one row. */
    interface RowConsumer {
        void accept(DelimitedLine row) throws MalformedLineException;
    }

    private SideTable() {}

    /**
     * Reads every row of a file.
     *
     * @throws DatasetException if the file is missing or a line cannot be used, with path, line and column
     */
    static void read(Path file, List<String> columns, RowConsumer rows) {
        read(file, LineLayout.CSV, columns, rows);
    }

    /**
     * Reads every row of a file of some layout.
     *
     * @throws DatasetException if the file is missing or a line cannot be used, with path, line and column
     */
    static void read(Path file, LineLayout layout, List<String> columns, RowConsumer rows) {
        SortedLog.requireFile(file);
        try (LineReader reader = new LineReader(file)) {
            DelimitedLine row = SortedLog.columns(file, reader, layout, columns);
            while (reader.next()) {
                try {
                    if (reader.cut()) {
                        throw new MalformedLineException(
                                "longer than %d bytes".formatted(LineReader.LONGEST_LINE_BYTES));
                    }
                    row.set(reader.bytes(), reader.start(), reader.end());
                    rows.accept(row);
                } catch (MalformedLineException e) {
                    throw DatasetException.at(file, reader.number(), e.reason());
                }
            }
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    /**
     * Checks the header of a file, before side tables are read in vain.
     *
     * @throws DatasetException if the file is missing or lacks a column
     */
    static void requireColumns(Path file, List<String> columns) {
        SortedLog.requireFile(file);
        try (LineReader reader = new LineReader(file)) {
            DelimitedLine unused = SortedLog.columns(file, reader, LineLayout.CSV, columns);
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    /** Number of lines in a file, the header included. */
    static long lines(Path file) {
        try (LineReader reader = new LineReader(file)) {
            long lines = 0;
            while (reader.next()) {
                lines++;
            }
            return lines;
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }
}

package io.caiman.replay.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reading of a table that the log is joined with. Unlike a log, it has to be right as a whole: a bad line stops everything. */
final class SideTable {

    /** Takes in one row. */
    interface RowConsumer {
        void accept(CsvLine row) throws MalformedLineException;
    }

    private SideTable() {}

    /**
     * Reads every row of a file.
     *
     * @throws DatasetException if the file is missing or a line cannot be used, with path, line and column
     */
    static void read(Path file, List<String> columns, RowConsumer rows) {
        CsvLine row = SortedLog.header(file, columns);
        try (LineReader reader = new LineReader(file)) {
            reader.next();
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

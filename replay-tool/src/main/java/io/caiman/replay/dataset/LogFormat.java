package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Impression;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What one dataset's log lines mean: from a line to a few numbers while sorting, from these to an impression after it. */
interface LogFormat extends Closeable {

    /** What {@link #parse} made of a line. */
    enum Verdict {
        KEPT,
        FILTERED
    }

    /** How the lines of one of the log's files are laid out. */
    default LineLayout layout(Path file) {
        return LineLayout.CSV;
    }

    /** The columns read from each log file, by which {@link DelimitedLine} counts. */
    List<String> columns();

    /** Whether the log's lines are in order of event time as they stand, so that there is nothing to sort. */
    default boolean inOrder() {
        return false;
    }

    /** The lines of one of the log's files, a header included where the layout has one. */
    default LogLines lines(Path file) throws IOException {
        return new LineReader(file);
    }

    /**
     * Reads a line: its event time, and whatever {@link #impression} needs of it.
     *
     * @param record knows where the line stands, and is otherwise empty
     * @throws MalformedLineException if the line cannot be used
     */
    Verdict parse(DelimitedLine line, LogRecord record) throws MalformedLineException;

    /** The impression of a record that {@link #parse} kept. */
    Impression impression(LogRecord record);

    /** Impressions given whose user or item the side tables do not know. */
    long withoutFeatures();

    /** Closes side tables that are read as they are needed. */
    @Override
    default void close() throws IOException {}
}

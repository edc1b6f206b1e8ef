package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Impression;
import java.util.List;

/** What one dataset's log lines mean: from a line to a few numbers while sorting, from these to an impression after it. */
interface LogFormat {

    /** What {@link #parse} made of a line. */
    enum Verdict {
        KEPT,
        FILTERED
    }

    /** The columns read from each log file, by which {@link CsvLine} counts. */
    List<String> columns();

    /**
     * Reads a line into {@link LogRecord#time}, {@link LogRecord#user}, {@link LogRecord#item} and {@link LogRecord#rest}.
     *
     * @throws MalformedLineException if the line cannot be used
     */
    Verdict parse(CsvLine line, LogRecord record) throws MalformedLineException;

    /** The impression of a record that {@link #parse} kept. */
    Impression impression(LogRecord record);

    /** Impressions given whose user or item the side tables do not know. */
    long withoutFeatures();
}

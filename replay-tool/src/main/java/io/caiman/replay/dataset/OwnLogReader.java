package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Any log of one line an impression, as an {@link OwnLogLayout} describes it.
 *
 * <ul>
 *   <li>a line whose user, item, domain, id or time is blank or cannot be read is a bad line, and so is one with a label or
 *       dense value that cannot be read; a blank label was not observed, a blank slot or dense value is absent
 *   <li>user, item and domain are texts; a whole number written with a fraction, {@code 12.0}, counts as {@code 12}
 *   <li>a row of a Parquet file counts as the line of CSV that {@link ParquetLines} makes of it
 *   <li>ids are not compared: two lines with the same one become two impressions with the same id
 * </ul>
 */
final class OwnLogReader implements LogFormat {

    /** Separates the fields kept of a line: a character that cannot stand within a line. */
    private static final String KEPT_SEPARATOR = "\n";

    private static final byte[] KEPT_SEPARATOR_BYTES = KEPT_SEPARATOR.getBytes(StandardCharsets.US_ASCII);

    private final OwnLogLayout layout;
    private final Set<String> domains;
    private final OwnLogColumns columns;
    private final int timeColumn;
    /** The fields kept of a line while it is sorted. */
    private final DelimitedLine kept;

    private OwnLogReader(OwnLogLayout layout, Set<String> domains) {
        this.layout = layout;
        this.domains = domains;
        this.columns = new OwnLogColumns(layout);
        this.timeColumn = layout.time() instanceof OwnLogLayout.TimeColumn time
                ? columns.names().indexOf(time.column())
                : -1;
        LineLayout fields = LineLayout.plain(
                KEPT_SEPARATOR, StandardCharsets.UTF_8, columns.names().toArray(String[]::new));
        try {
            this.kept = DelimitedLine.of(fields, "", columns.names());
        } catch (MalformedLineException e) {
            throw new IllegalStateException("the columns are those of the layout", e);
        }
    }

    static ImpressionSource open(DatasetOptions options) {
        return open(options, EventTimeSorter.Limits.DEFAULT);
    }

    static ImpressionSource open(DatasetOptions options, EventTimeSorter.Limits memory) {
        Path file = options.layoutFile();
        OwnLogLayout layout = OwnLogLayoutReader.read(file);
        List<Path> logs = OwnLogFiles.in(options.folder(Dataset.OWN), file, layout.files());
        for (Path log : logs) {
            requireColumns(file, layout, log);
        }
        return new SortedLog(
                Provenance.of(Dataset.OWN, options, logs),
                new OwnLogReader(layout, options.domains()),
                logs,
                options,
                memory);
    }

    private static void requireColumns(Path file, OwnLogLayout layout, Path log) {
        List<String> found = header(layout.lines(), log);
        for (Map.Entry<String, String> wanted : layout.columnsByKey().entrySet()) {
            String column = wanted.getValue();
            if (!found.contains(column)) {
                throw new DatasetException("%s: key '%s': %s has no column '%s', expected one of %s."
                        .formatted(file, wanted.getKey(), log, column, String.join(", ", found)));
            }
            if (found.indexOf(column) != found.lastIndexOf(column)) {
                throw new DatasetException("%s: key '%s': %s has two columns '%s'. Rename one."
                        .formatted(file, wanted.getKey(), log, column));
            }
        }
    }

    private static List<String> header(LineLayout layout, Path log) {
        if (ParquetLines.isParquet(log)) {
            return ParquetLines.names(log);
        }
        try (LineReader lines = new LineReader(log)) {
            if (layout.hasHeader() && !lines.next()) {
                throw new DatasetException(
                        "%s is empty: expected a first line that names its columns. Take the file away, or say 'columns' in the layout."
                                .formatted(log));
            }
            return DelimitedLine.names(layout, layout.hasHeader() ? lines.text() : "");
        } catch (IOException e) {
            throw DatasetException.unreadable(log, e);
        }
    }

    @Override
    public LineLayout layout(Path file) {
        return ParquetLines.isParquet(file) ? ParquetLines.layout(columns.names()) : layout.lines();
    }

    @Override
    public LogLines lines(Path file) throws IOException {
        return ParquetLines.isParquet(file)
                ? new ParquetLines(
                        file, columns.names().stream().map(layout::use).toList())
                : new LineReader(file);
    }

    @Override
    public List<String> columns() {
        return columns.names();
    }

    @Override
    public boolean inOrder() {
        return layout.time() instanceof OwnLogLayout.FileOrder;
    }

    @Override
    public Verdict parse(DelimitedLine line, LogRecord record) throws MalformedLineException {
        record.time(time(line, record));
        String domain = columns.checkedDomain(line);
        for (int column = 0; column < columns.names().size(); column++) {
            if (column > 0) {
                record.keep(KEPT_SEPARATOR_BYTES, 0, KEPT_SEPARATOR_BYTES.length);
            }
            line.keep(column, record);
        }
        return domains.isEmpty() || domains.contains(domain) ? Verdict.KEPT : Verdict.FILTERED;
    }

    private long time(DelimitedLine line, LogRecord record) throws MalformedLineException {
        if (layout.time() instanceof OwnLogLayout.FileOrder order) {
            return order.ms(record.linesBefore());
        }
        return ((OwnLogLayout.TimeColumn) layout.time()).unit().ms(line, timeColumn);
    }

    @Override
    public Impression impression(LogRecord record) {
        byte[] fields = record.bytes(0);
        try {
            kept.set(fields, 0, fields.length);
            return columns.impression(kept, record);
        } catch (MalformedLineException e) {
            throw new IllegalStateException("a line that could be read before the log was sorted", e);
        }
    }

    @Override
    public long withoutFeatures() {
        return 0;
    }
}

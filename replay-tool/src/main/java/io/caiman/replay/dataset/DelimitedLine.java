package io.caiman.replay.dataset;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One line of a file with columns, read by column. Columns are named by their place in the list of wanted names, wherever the
 * file has them. Lines without quotes, nearly all of them, are split in place without making objects; the others are left to
 * FastCSV.
 */
final class DelimitedLine {

    private static final int MOST_DIGITS = 18;

    private final LineLayout layout;
    private final byte[] separator;
    private final List<String> names;
    private final int[] positions;
    private final int width;
    private final int[] from;
    private final int[] to;
    private byte[] bytes = {};

    private DelimitedLine(LineLayout layout, List<String> names, int[] positions, int width) {
        this.layout = layout;
        this.separator = layout.separator().getBytes(StandardCharsets.US_ASCII);
        this.names = names;
        this.positions = positions;
        this.width = width;
        this.from = new int[width];
        this.to = new int[width];
    }

    /**
     * Lines of files of a layout.
     *
     * @param header the first line, of a layout with a header
     * @throws MalformedLineException if there is no wanted column of some name
     */
    static DelimitedLine of(LineLayout layout, String header, List<String> wanted) throws MalformedLineException {
        List<String> found = names(layout, header);
        List<String> missing = new ArrayList<>(wanted);
        missing.removeAll(found);
        if (!missing.isEmpty()) {
            throw new MalformedLineException("the header lacks %s %s: expected the columns %s, found %s"
                    .formatted(
                            missing.size() == 1 ? "column" : "columns",
                            String.join(", ", missing),
                            String.join(",", wanted),
                            String.join(",", found)));
        }
        return new DelimitedLine(
                layout, wanted, wanted.stream().mapToInt(found::indexOf).toArray(), found.size());
    }

    /**
     * The names of the columns.
     *
     * @param header the first line, of a layout with a header
     */
    static List<String> names(LineLayout layout, String header) {
        return layout.hasHeader()
                ? Arrays.stream(header.split(Pattern.quote(layout.separator()), -1))
                        .map(DelimitedLine::unquoted)
                        .toList()
                : layout.columns();
    }

    private static String unquoted(String name) {
        String stripped = name.strip();
        boolean quoted = stripped.length() >= 2 && stripped.startsWith("\"") && stripped.endsWith("\"");
        return quoted ? stripped.substring(1, stripped.length() - 1) : stripped;
    }

    /** Takes on a line. The array must stay as it is while fields are read. */
    void set(byte[] line, int start, int end) throws MalformedLineException {
        bytes = line;
        int fields = 0;
        int fieldStart = start;
        for (int i = start; i <= end; i++) {
            if (i == end || separates(line, i, end)) {
                if (fields < width) {
                    from[fields] = fieldStart;
                    to[fields] = i;
                }
                fields++;
                fieldStart = i + separator.length;
                i += i == end ? 0 : separator.length - 1;
            } else if (line[i] == '"' && layout.quotes()) {
                setQuoted(new String(line, start, end - start, layout.charset()));
                return;
            }
        }
        requireWidth(fields);
    }

    private boolean separates(byte[] line, int at, int end) {
        if (line[at] != separator[0]) {
            return false;
        }
        for (int i = 1; i < separator.length; i++) {
            if (at + i >= end || line[at + i] != separator[i]) {
                return false;
            }
        }
        return true;
    }

    private void setQuoted(String line) throws MalformedLineException {
        List<CsvRecord> records;
        try {
            // The line feed makes an unclosed quote visible: it then stands inside a field.
            records =
                    CsvReader.builder()
                            .skipEmptyLines(false)
                            .fieldSeparator(layout.separator())
                            .ofCsvRecord(line + "\n")
                            .stream()
                            .toList();
        } catch (CsvParseException e) {
            throw new MalformedLineException("quotes are not those of a CSV file");
        }
        if (records.size() != 1 || records.get(0).getFields().stream().anyMatch(field -> field.contains("\n"))) {
            throw new MalformedLineException("a quote is opened and not closed");
        }
        List<String> fields = records.get(0).getFields();
        requireWidth(fields.size());
        ByteArrayOutputStream joined = new ByteArrayOutputStream(line.length());
        for (int i = 0; i < width; i++) {
            from[i] = joined.size();
            joined.writeBytes(fields.get(i).getBytes(layout.charset()));
            to[i] = joined.size();
        }
        bytes = joined.toByteArray();
    }

    private void requireWidth(int fields) throws MalformedLineException {
        if (fields != width) {
            throw new MalformedLineException("expected %d fields, found %d".formatted(width, fields));
        }
    }

    /** A copy of the field's bytes. */
    byte[] bytes(int column) {
        int field = positions[column];
        return Arrays.copyOfRange(bytes, from[field], to[field]);
    }

    /** The field's text without spaces around it. */
    String text(int column) {
        int field = positions[column];
        return new String(bytes, from[field], to[field] - from[field], layout.charset()).strip();
    }

    boolean isBlank(int column) {
        int field = positions[column];
        for (int i = from[field]; i < to[field]; i++) {
            if (bytes[i] != ' ') {
                return false;
            }
        }
        return true;
    }

    /** The field as a whole number of at most 18 digits; {@code 12.0} counts as 12. */
    long whole(int column) throws MalformedLineException {
        int field = positions[column];
        int i = from[field];
        int end = to[field];
        boolean negative = i < end && bytes[i] == '-';
        if (negative) {
            i++;
        }
        int firstDigit = i;
        long value = 0;
        while (i < end && i - firstDigit < MOST_DIGITS && bytes[i] >= '0' && bytes[i] <= '9') {
            value = value * 10 + (bytes[i] - '0');
            i++;
        }
        boolean digits = i > firstDigit;
        if (i < end && bytes[i] == '.') {
            i++;
            while (i < end && bytes[i] == '0') {
                i++;
            }
        }
        if (!digits || i < end) {
            throw malformed(column, "a whole number");
        }
        return negative ? -value : value;
    }

    /** The field as an id: a whole number, not negative. */
    long id(int column) throws MalformedLineException {
        long value = whole(column);
        if (value < 0) {
            throw malformed(column, "an id, a whole number of 0 or more");
        }
        return value;
    }

    /** The field as a whole number from 0 to a bound, inclusive. */
    long whole(int column, long most) throws MalformedLineException {
        long value = whole(column);
        if (value < 0 || value > most) {
            throw malformed(column, "a whole number from 0 to " + most);
        }
        return value;
    }

    /** The field as a truth value: 0 or 1. */
    boolean flag(int column) throws MalformedLineException {
        long value = whole(column);
        if (value != 0 && value != 1) {
            throw malformed(column, "0 or 1");
        }
        return value == 1;
    }

    /** The field as a truth value: 0 or 1, or false or true in whatever case. */
    boolean truth(int column) throws MalformedLineException {
        String text = text(column);
        boolean isTrue = text.equals("1") || text.equalsIgnoreCase("true");
        if (isTrue || text.equals("0") || text.equalsIgnoreCase("false")) {
            return isTrue;
        }
        String expected = "0 or 1, or true or false";
        double value = number(column, expected);
        if (value != 0 && value != 1) {
            throw malformed(column, expected);
        }
        return value == 1;
    }

    /** The field as a finite decimal number. */
    double number(int column, String expected) throws MalformedLineException {
        String text = text(column);
        // Double.parseDouble also takes hexadecimal numbers, and letters such as d behind them.
        if (text.chars().allMatch(character -> "0123456789+-.eE".indexOf(character) >= 0)) {
            try {
                double value = Double.parseDouble(text);
                if (Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Reported below, as other characters are.
            }
        }
        throw malformed(column, expected);
    }

    /** Keeps the field's bytes in a record. */
    void keep(int column, LogRecord record) {
        int field = positions[column];
        record.keep(bytes, from[field], to[field]);
    }

    MalformedLineException malformed(int column, String expected) {
        return MalformedLineException.inColumn(names.get(column), expected, text(column));
    }
}

package io.caiman.replay.dataset;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How the fields of a line stand beside each other.
 *
 * @param separator between two fields, one or more ASCII characters
 * @param quotes whether a field may stand in double quotes, as in CSV, and then hold separators
 * @param charset of the text
 * @param columns names of the fields where the files have no header; empty: the first line names them
 */
record LineLayout(String separator, boolean quotes, Charset charset, List<String> columns) {

    /** Comma-separated, with a header. */
    static final LineLayout CSV = new LineLayout(",", true, StandardCharsets.UTF_8, List.of());

    LineLayout {
        if (separator.isEmpty() || !separator.chars().allMatch(character -> character > 0 && character < 0x80)) {
            throw new IllegalArgumentException("a separator: expected ASCII characters, got '%s'".formatted(separator));
        }
        if (quotes && separator.length() != 1) {
            throw new IllegalArgumentException(
                    "a separator between fields in quotes: expected one character, got '%s'".formatted(separator));
        }
        columns = List.copyOf(columns);
    }

    /** Fields without quotes, under names given here. */
    static LineLayout plain(String separator, Charset charset, String... columns) {
        return new LineLayout(separator, false, charset, List.of(columns));
    }

    boolean hasHeader() {
        return columns.isEmpty();
    }
}

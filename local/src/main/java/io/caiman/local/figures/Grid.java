package io.caiman.local.figures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A titled table of texts, its first column to the left and the others to the right, for a terminal or in Markdown. */
public final class Grid {

    private final String title;
    private final List<List<String>> rows = new ArrayList<>();

    /** A table without rows. */
    public Grid(String title, List<String> header) {
        this.title = title;
        rows.add(List.copyOf(header));
    }

    /** Adds a row, with a cell for each of the header's. */
    public void add(List<String> row) {
        rows.add(List.copyOf(row));
    }

    /** Columns aligned by blanks. */
    public List<String> text() {
        int[] widths = IntStream.range(0, rows.get(0).size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        List<String> lines = new ArrayList<>();
        lines.add(title);
        for (List<String> row : rows) {
            String line = IntStream.range(0, row.size())
                    .mapToObj(column -> {
                        String blanks =
                                " ".repeat(widths[column] - row.get(column).length());
                        return column == 0 ? row.get(column) + blanks : blanks + row.get(column);
                    })
                    .collect(Collectors.joining("  "));
            lines.add(line.stripTrailing());
        }
        return lines;
    }

    /** A section with a table as GitHub shows it. */
    public List<String> markdown() {
        List<String> lines = new ArrayList<>(List.of("## " + title, ""));
        lines.add(line(rows.get(0)));
        String[] rule = new String[rows.get(0).size()];
        Arrays.fill(rule, "---:");
        rule[0] = ":---";
        lines.add(line(Arrays.asList(rule)));
        rows.subList(1, rows.size()).forEach(row -> lines.add(line(row)));
        return Collections.unmodifiableList(lines);
    }

    private static String line(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.replace("|", "\\|").replace("*", "\\*"))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }
}

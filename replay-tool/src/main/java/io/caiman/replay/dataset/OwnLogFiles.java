package io.caiman.replay.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the files that a layout names. */
final class OwnLogFiles {

    private static final List<String> ENDINGS =
            List.of(".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet");
    private static final int NAMES_SHOWN = 8;

    private OwnLogFiles() {}

    /**
     * The files of a folder that match, in the order of the patterns, and those of one pattern in order of name.
     *
     * @param layout the file that holds the patterns, for messages
     * @param patterns globs of paths relative to the folder; only one with a slash looks into folders within it
     * @throws DatasetException if nothing matches a pattern, or something that is no log
     */
    static List<Path> in(Path folder, Path layout, List<String> patterns) {
        List<Path> found = new ArrayList<>();
        for (String pattern : patterns) {
            List<Path> matching = matching(folder, layout, pattern);
            if (matching.isEmpty()) {
                throw new DatasetException("%s: key 'files': expected files in %s that match '%s', found none among %s."
                        .formatted(layout, folder, pattern, names(folder)));
            }
            matching.stream().filter(file -> !found.contains(file)).forEach(found::add);
        }
        for (Path file : found) {
            String name = file.getFileName().toString();
            if (ENDINGS.stream().noneMatch(name::endsWith)) {
                throw new DatasetException("%s: key 'files': expected files that end with one of %s, got %s."
                        .formatted(layout, String.join(", ", ENDINGS), file));
            }
        }
        return found;
    }

    private static List<Path> matching(Path folder, Path layout, String pattern) {
        int depth = pattern.contains("**")
                ? Integer.MAX_VALUE
                : 1
                        + (int) pattern.chars()
                                .filter(character -> character == '/')
                                .count();
        PathMatcher matcher;
        try {
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        } catch (IllegalArgumentException e) {
            throw new DatasetException(
                    "%s: key 'files': expected names or globs, got '%s': %s".formatted(layout, pattern, e.getMessage()),
                    e);
        }
        try (Stream<Path> files = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(file -> matcher.matches(folder.relativize(file)) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw DatasetException.unreadable(folder, e);
        } catch (UncheckedIOException e) {
            throw DatasetException.unreadable(folder, e);
        }
    }

    private static String names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            TreeSet<String> names =
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
            if (names.isEmpty()) {
                return "no files at all";
            }
            return names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "))
                    + (names.size() > NAMES_SHOWN ? " and %d more".formatted(names.size() - NAMES_SHOWN) : "");
        } catch (IOException e) {
            throw DatasetException.unreadable(folder, e);
        }
    }
}

package io.caiman.replay.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of one KuaiRand edition (1k, pure or 27k), each perhaps in parts.
 *
 * @param logs the logs in order of period and part, standard ones first
 * @param users the user table
 * @param videos the table of basic video features
 */
record KuaiRandFiles(List<Path> logs, List<Path> users, List<Path> videos) {

    private static final Pattern NAME = Pattern.compile(
            "(log_standard_\\w+?|log_random_\\w+?|user_features|video_features_basic)_(1k|pure|27k)(?:_part(\\d{1,4}))?\\.csv");

    private record Found(Path path, String table, String edition, int part) {}

    /**
     * Finds the files in a folder, or in its {@code data} folder, which is how the archives unpack.
     *
     * @throws DatasetException if a table is missing or two editions lie together
     */
    static KuaiRandFiles in(Path folder, KuaiRandLogs wanted) {
        Path inner = folder.resolve("data");
        List<Found> found = list(folder);
        if (found.isEmpty() && Files.isDirectory(inner)) {
            found = list(inner);
        }
        var editions = new TreeSet<>(found.stream().map(Found::edition).toList());
        if (editions.size() > 1) {
            throw new DatasetException("%s holds several KuaiRand editions (%s). Give each a folder of its own."
                    .formatted(folder, String.join(", ", editions)));
        }
        String edition = editions.isEmpty() ? "1k" : editions.first();
        List<Path> logs = new ArrayList<>();
        if (wanted != KuaiRandLogs.RANDOM) {
            logs.addAll(paths(found, "log_standard", folder, edition));
        }
        if (wanted != KuaiRandLogs.STANDARD) {
            logs.addAll(paths(found, "log_random", folder, edition));
        }
        return new KuaiRandFiles(
                logs,
                paths(found, "user_features", folder, edition),
                paths(found, "video_features_basic", folder, edition));
    }

    private static List<Found> list(Path folder) {
        List<Found> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    int part = name.group(3) == null ? 0 : Integer.parseInt(name.group(3));
                    found.add(new Found(file, name.group(1), name.group(2), part));
                }
            });
        } catch (IOException e) {
            throw DatasetException.unreadable(folder, e);
        }
        found.sort(Comparator.comparing(Found::table).thenComparing(Found::part));
        return found;
    }

    List<Path> all() {
        return Stream.of(logs, users, videos).flatMap(List::stream).toList();
    }

    private static List<Path> paths(List<Found> found, String table, Path folder, String edition) {
        List<Path> paths = found.stream()
                .filter(file -> file.table.startsWith(table))
                .map(Found::path)
                .toList();
        if (paths.isEmpty()) {
            String expected = switch (table) {
                case "log_standard" -> "log_standard_4_08_to_4_21";
                case "log_random" -> "log_random_4_22_to_5_08";
                default -> table;
            };
            throw new DatasetException(
                    "%s has no %s_%s.csv (or its _part files). Unpack the whole of KuaiRand there, or name its folder with --data."
                            .formatted(folder, expected, edition));
        }
        return paths;
    }
}

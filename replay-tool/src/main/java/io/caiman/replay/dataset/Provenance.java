package io.caiman.replay.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.openhft.hashing.LongHashFunction;

/**
 * What a log was made from, the same wherever the files lie.
 *
 * @param dataset name of the dataset
 * @param description the options that chose a part of it, and the files with their sizes
 */
public record Provenance(String dataset, String description) {

    /**
     * What a dataset's options and files make.
     *
     * @param files all that the log depends on, side tables among them
     */
    static Provenance of(Dataset dataset, DatasetOptions options, List<Path> files) {
        String read = files.stream()
                .map(file -> "%s %,d bytes".formatted(file.getFileName(), bytes(file)))
                .collect(Collectors.joining(", "));
        return new Provenance(
                dataset.cliName(),
                "%s; domains %s; event time %s; %s%s"
                        .formatted(
                                options.limit().isPresent()
                                        ? "first " + options.limit().getAsLong()
                                        : "all impressions",
                                options.domains().isEmpty()
                                        ? "all"
                                        : String.join(",", new TreeSet<>(options.domains())),
                                options.range(),
                                dataset.ownOptions(options),
                                read.isEmpty() ? "" : "; files " + read));
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw DatasetException.unreadable(file, e);
        }
    }

    /** A short name of it: 16 hexadecimal digits, of the XX3 hash of dataset and description. */
    public String id() {
        return HexFormat.of().toHexDigits(LongHashFunction.xx3().hashChars(dataset + ": " + description));
    }
}

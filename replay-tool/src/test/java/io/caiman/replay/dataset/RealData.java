package io.caiman.replay.dataset;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Where real data lies: the folder in system property or variable CAIMAN_DATA, else shared/data beside the checkout. */
final class RealData {

    private RealData() {}

    /** A folder of real data; skips the test where it is absent. */
    static Path folder(String name) {
        String named = System.getProperty("CAIMAN_DATA", System.getenv().getOrDefault("CAIMAN_DATA", ""));
        Path folder = (named.isEmpty()
                        ? Stream.of("../shared/data", "../../shared/data", "../../../shared/data")
                                .map(Path::of)
                                .filter(Files::isDirectory)
                                .findFirst()
                                .orElse(Path.of("../shared/data"))
                        : Path.of(named))
                .resolve(name);
        Assumptions.assumeTrue(
                Files.isDirectory(folder), () -> "no real data at " + folder.toAbsolutePath() + "; set CAIMAN_DATA");
        return folder;
    }
}

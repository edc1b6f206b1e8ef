package io.caiman.faults;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Flink as a cluster of one's own has it: jars in a folder {@code lib}, and of Caiman nothing there but the engine that computes.
 *
 * <p>{@code -Dcaiman.flink.home=DIR} names an unpacked distribution; otherwise Flink's own artifacts are taken, the ones that
 * {@code flink-dist}, which is on no Maven repository, is made of.
 *
 * @param lib Flink's jars, none of them Caiman's
 * @param engine the jars that Caiman asks to be put beside them
 */
record FlinkDistribution(List<Path> lib, List<Path> engine) {

    /** What the job jar is to be, and the engine's jars: made by {@code ./mvnw package}. */
    private static final Path JOBS =
            Path.of("..", "stream-jobs", "target").toAbsolutePath().normalize();

    private static final Pattern FLINK = Pattern.compile("(flink-(?!avro|connector-kafka|state-processor|test).*"
            + "|(slf4j|log4j|kryo|minlog|objenesis|reflectasm|asm|javassist|frocksdbjni|async-profiler)-.*"
            + "|commons-(cli|collections|compress|codec|io|lang3|math3|text)-.*"
            + "|(snakeyaml-engine|snappy-java|lz4-java|jsr305)-.*)\\.jar");

    /** The one of {@code caiman.flink.home}, or else Flink's part of the tests' class path. */
    static FlinkDistribution find() throws IOException {
        String home = System.getProperty("caiman.flink.home", "");
        List<Path> lib = home.isEmpty()
                ? Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(Path::of)
                        .filter(jar ->
                                FLINK.matcher(jar.getFileName().toString()).matches())
                        .toList()
                : jars(Path.of(home, "lib"));
        return new FlinkDistribution(lib, jars(JOBS.resolve("flink-lib")));
    }

    /** The jar that is submitted. */
    static Path jobJar() {
        return JOBS.resolve("caiman-jobs.jar");
    }

    /**
     * Of a JobManager or TaskManager, with what ends it when the tests end.
     *
     * @param directory for the latter, and nothing else
     */
    String classPath(Path directory) throws IOException {
        String supervised = Supervised.class.getName().replace('.', '/') + ".class";
        Path copy = directory.resolve(supervised);
        Files.createDirectories(copy.getParent());
        try (InputStream original = Supervised.class.getClassLoader().getResourceAsStream(supervised)) {
            Files.copy(Objects.requireNonNull(original), copy);
        }
        return Stream.of(lib, engine, List.of(directory))
                .flatMap(List::stream)
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }
}

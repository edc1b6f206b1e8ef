package io.caiman.benchmarks;

import io.caiman.local.broker.LocalBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * A broker as a process of its own, with nothing in it at first; closing ends it and deletes what it kept.
 *
 * @param folder what it keeps
 * @param address host and port
 */
record BrokerProcess(Process process, Path folder, String address) implements AutoCloseable {

    private static final String AT = "at ";

    /** What runs in the process. */
    static final class Program {
        private Program() {}

        /** Takes its folder and prints its address. */
        public static void main(String[] args) throws InterruptedException {
            System.out.println(AT + LocalBroker.start(Path.of(args[0])).bootstrapServers());
            new CountDownLatch(1).await();
        }
    }

    /** Starts one that keeps its data in a folder of this one. */
    static BrokerProcess start(Path folder) throws IOException {
        Path own = folder.resolve("broker");
        delete(own);
        Process process = java(folder, List.of("-Xmx1g", Program.class.getName(), own.toString()));
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(AT)) {
                Thread drain = new Thread(() -> output.lines().forEach(ignored -> {}), "drain");
                drain.setDaemon(true);
                drain.start();
                return new BrokerProcess(process, own, line.substring(AT.length()));
            }
        }
        throw new IllegalStateException("the broker ended");
    }

    /**
     * Starts a Java program on this one's class path.
     *
     * @param folder for temporary files
     * @param arguments options of the JVM, the class and its arguments
     */
    static Process java(Path folder, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Djava.io.tmpdir=" + folder.toAbsolutePath()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Deletes a file, or a folder with all that is in it, if it is there. */
    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Override
    public void close() throws Exception {
        process.destroyForcibly().waitFor();
        delete(folder);
    }
}

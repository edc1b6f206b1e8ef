package io.caiman.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Java process that is killed and started again. */
final class Victim implements AutoCloseable {

    /** What a shell reports of a process that signal 9 ended. */
    private static final int KILLED = 128 + 9;

    private final String name;
    private final List<String> command = new ArrayList<>();
    private final Path log;
    private @Nullable Process process;

    /**
     * @param log file that the process's output is appended to
     * @param arguments name of a main class, and its arguments
     */
    Victim(String name, Path log, List<String> jvmOptions, List<String> arguments) {
        this(name, log, System.getProperty("java.class.path"), jvmOptions, arguments);
    }

    /**
     * As the other one, with a class path of its own.
     *
     * @param classPath has {@link Supervised}
     */
    Victim(String name, Path log, String classPath, List<String> jvmOptions, List<String> arguments) {
        this.name = name;
        this.log = log;
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-Dai.djl.offline=true",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                classPath,
                Supervised.class.getName()));
        command.addAll(arguments);
    }

    String name() {
        return name;
    }

    void start() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Ends the process with signal 9. */
    void kill() throws InterruptedException {
        Process running = process;
        assertThat(running).as(name).isNotNull();
        assertThat(running.isAlive())
                .as("%s is alive; its log is %s", name, log)
                .isTrue();
        assertThat(running.destroyForcibly().waitFor()).as(name).isEqualTo(KILLED);
    }

    /** Waits for the process to end by itself, and gives its exit code. */
    int end() throws InterruptedException {
        Process running = process;
        assertThat(running).as(name).isNotNull();
        return running.waitFor();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}

package io.caiman.local.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LocalBrokerTest {

    @TempDir
    private Path directory;

    @Test
    void committed_records_survive_a_restart_and_aborted_ones_are_never_read() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory)) {
            BrokerTraffic.createTopic(broker);
            BrokerTraffic.commitInTransaction(broker, "a", "b");
            BrokerTraffic.abortInTransaction(broker, "never");
            assertThat(BrokerTraffic.committed(broker)).containsExactly("a", "b");
        }
        try (LocalBroker broker = LocalBroker.start(directory)) {
            BrokerTraffic.commitInTransaction(broker, "c");
            assertThat(BrokerTraffic.committed(broker)).containsExactly("a", "b", "c");
        }
        assertThat(directory.resolve(BrokerTraffic.TOPIC + "-0"))
                .as("event times far apart do not begin a file each")
                .satisfies(partition -> assertThat(partition.toFile().list((folder, name) -> name.endsWith(".log")))
                        .hasSize(1));
    }

    @Test
    void committed_records_survive_a_kill_and_the_same_writer_goes_on() throws Exception {
        Path output = directory.resolveSibling(directory.getFileName() + "-child.txt");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerTraffic.class.getName(),
                        directory.toString())
                .redirectError(output.toFile())
                .start();
        try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.lines().anyMatch(BrokerTraffic.READY::equals))
                    .as(() -> read(output))
                    .isTrue();
            assertThatThrownBy(() -> LocalBroker.start(directory).close())
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining("in use");
        } finally {
            child.destroyForcibly().waitFor();
        }
        try (LocalBroker broker = LocalBroker.start(directory)) {
            BrokerTraffic.commitInTransaction(broker, "more");
            assertThat(BrokerTraffic.committed(broker)).containsExactly("kept", "more");
        }
    }

    @Test
    void a_port_in_use_is_named() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, BrokerSettings.address())) {
            assertThatThrownBy(() ->
                            LocalBroker.start(directory, taken.getLocalPort()).close())
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void a_directory_another_broker_uses_is_refused_and_that_broker_goes_on() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory)) {
            BrokerTraffic.createTopic(broker);
            assertThatThrownBy(() -> LocalBroker.start(directory).close())
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("in use");
            BrokerTraffic.commitInTransaction(broker, "still here");
            assertThat(BrokerTraffic.committed(broker)).containsExactly("still here");
        }
    }

    @Test
    void a_file_in_place_of_the_directory_is_refused() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> LocalBroker.start(file).close())
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining(file.toString());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "no output: " + e;
        }
    }
}

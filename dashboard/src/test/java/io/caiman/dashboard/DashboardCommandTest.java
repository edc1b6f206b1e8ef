package io.caiman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DashboardCommandTest {

    private final DashboardCommand command = new DashboardCommand();
    private final CommandLine line = new CommandLine(command);
    private final StringWriter said = new StringWriter();

    private int execute(String... arguments) {
        PrintWriter writer = new PrintWriter(said, true);
        return line.setOut(writer).setErr(writer).execute(arguments);
    }

    @Test
    void options_become_what_the_dashboard_starts_with(@TempDir Path directory) throws IOException {
        Path properties = Files.writeString(directory.resolve("client.properties"), "security.protocol = SSL\n");
        line.parseArgs(
                "--bootstrap-servers=kafka:9092", "--command-config=" + properties, "--topic-prefix=test-", "--port=0");
        DashboardOptions options = command.options();
        assertThat(options.bindAddress()).isEqualTo(DashboardOptions.LOOPBACK);
        assertThat(options.port()).isZero();
        assertThat(options.topics().domainMetrics()).isEqualTo("test-domain-metrics");
        assertThat(options.kafka())
                .containsEntry("bootstrap.servers", "kafka:9092")
                .containsEntry("security.protocol", "SSL");
    }

    @Test
    void a_port_out_of_range_is_refused_before_anything_starts() {
        assertThat(execute("--bootstrap-servers=kafka:9092", "--port=70000")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(said.toString()).contains("70000").contains("65535");
    }

    @Test
    void a_properties_file_that_is_not_there_is_named() {
        assertThat(execute("--bootstrap-servers=kafka:9092", "--command-config=no-such-file"))
                .isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(said.toString()).contains("no-such-file");
    }

    @Test
    void help_tells_what_it_reads_and_where_it_listens() {
        assertThat(execute("--help")).isZero();
        assertThat(said.toString()).contains("domain-metrics", "--bootstrap-servers", "127.0.0.1", "8080");
    }
}

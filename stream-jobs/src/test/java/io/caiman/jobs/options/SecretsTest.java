package io.caiman.jobs.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.alerts.AlertRulesReader;
import io.caiman.jobs.alerts.AlertsTopology;
import io.caiman.jobs.leaderboard.LeaderboardTopology;
import io.caiman.jobs.metrics.MetricsCommand;
import io.caiman.jobs.metrics.MetricsJob;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.jobs.training.TrainingOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A password of Kafka's is nowhere but in its file. */
class SecretsTest {

    private static final String SECRET = "do-not-tell";

    @TempDir
    Path directory;

    private Path clientProperties;
    private Configuration configuration;

    @BeforeEach
    void writeSecret() throws Exception {
        clientProperties = Files.writeString(directory.resolve("client.properties"), """
                security.protocol=SASL_PLAINTEXT
                sasl.mechanism=PLAIN
                sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="ana" password="%s";
                """.formatted(SECRET));
        configuration = Configuration.fromMap(Map.of(
                "caiman.kafka.command-config",
                clientProperties.toString(),
                "caiman.leaderboard.baseline",
                "crocodile"));
    }

    @Test
    void the_graph_of_either_job_goes_to_the_cluster_without_it() throws Exception {
        KafkaOptions kafka = KafkaOptions.from(configuration);
        StreamExecutionEnvironment metrics = new StreamExecutionEnvironment(configuration);
        MetricsJob.define(metrics, kafka, MetricsOptions.from(configuration));
        LeaderboardTopology.build(
                metrics, kafka, LeaderboardOptions.from(configuration).orElseThrow());
        AlertsTopology.addTo(metrics, kafka, AlertRulesReader.read(Path.of("..", "conf", "alerts.yaml")));
        assertThat(graphOf(metrics)).contains("sasl.mechanism").doesNotContain(SECRET);

        StreamExecutionEnvironment training = TrainCommand.environment(configuration);
        TrainCommand.addTo(
                training,
                kafka,
                SpecReader.read(Path.of("..", "conf", "synthetic.yaml")),
                TrainingOptions.on(ComputeDevice.CPU));
        assertThat(graphOf(training)).contains("sasl.mechanism").doesNotContain(SECRET);
    }

    @Test
    void what_the_options_say_of_themselves_has_none_of_it() {
        KafkaOptions kafka = KafkaOptions.from(configuration);
        assertThat(kafka.toString()).doesNotContain(SECRET);
        assertThat(kafka.connection().clientProperties().toString()).doesNotContain(SECRET);
        assertThat(configuration.toString()).doesNotContain(SECRET);
    }

    @Test
    void help_and_refusals_have_none_of_it() {
        StringWriter told = new StringWriter();
        PrintWriter out = new PrintWriter(told);
        new CommandLine(new MetricsCommand())
                .setOut(out)
                .setErr(out)
                .execute("--command-config=" + clientProperties, "--pane=often");
        new CommandLine(new MetricsCommand())
                .setOut(out)
                .setErr(out)
                .execute("--command-config=" + clientProperties, "-Dcaiman.secret=" + SECRET);
        new CommandLine(new MetricsCommand()).setOut(out).setErr(out).execute("-Ds3.secret-key=" + SECRET, "--help");
        new CommandLine(new MetricsCommand()).setOut(out).setErr(out).execute("-Ds3.secret-key=" + SECRET);

        assertThat(told.toString())
                .contains("caiman.metrics.pane = often", "unknown key 'caiman.secret'", "${file:PATH}")
                .doesNotContain(SECRET);
    }

    private static String graphOf(StreamExecutionEnvironment env) throws Exception {
        return new String(
                InstantiationUtil.serializeObject(env.getStreamGraph().getJobGraph()), StandardCharsets.ISO_8859_1);
    }
}

package io.caiman.dashboard;

import io.caiman.schemas.ClientProperties;
import io.caiman.schemas.KafkaAccess;
import io.caiman.schemas.KafkaRight;
import io.caiman.schemas.Topics;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The dashboard as a process of its own. */
@Command(
        name = "dashboard",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Shows the live AUC and gAUC of every model and domain on a web page.",
            "",
            "It reads what the jobs publish (topics domain-metrics, model-comparisons, model-health, alerts) and"
                    + " counts the dead letters, all from their beginning, and asks how far the jobs are behind; it writes nothing and joins no consumer group, so any number of"
                    + " dashboards may run. It waits for a cluster or a topic that is not there yet.",
            ""
        },
        footer = {
            "",
            "Example: caiman dashboard --bootstrap-servers kafka:9092 --command-config client.properties",
            "",
            "Without --htpasswd whoever reaches the address can look; keep the default --bind then. With it use"
                    + " --tls-certificate too, or passwords travel in the clear."
        })
public final class DashboardCommand implements Callable<Integer> {

    @Option(
            names = "--bootstrap-servers",
            required = true,
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "HOST:PORT[,...]",
            description = "Kafka brokers to ask first.")
    private String bootstrapServers = "";

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description = "Properties for the Kafka client, such as TLS and SASL settings.")
    private @Nullable Path commandConfig;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            defaultValue = "",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "What the topics' names begin with, as given to the jobs.")
    private String topicPrefix = "";

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = DashboardOptions.LOOPBACK,
            description = "Address to listen on; 0.0.0.0 for all of this machine's.")
    private String bind = DashboardOptions.LOOPBACK;

    @Option(
            names = {"--port", "--dashboard-port"},
            paramLabel = "PORT",
            defaultValue = "" + DashboardOptions.DEFAULT_PORT,
            description = "Port to listen on; 0 for any free one.")
    private int port = DashboardOptions.DEFAULT_PORT;

    @Option(
            names = "--htpasswd",
            paramLabel = "FILE",
            description = "Ask for a name and password that are in this file, as 'htpasswd -B' writes it.")
    private @Nullable Path htpasswd;

    @Option(
            names = "--tls-certificate",
            paramLabel = "FILE",
            description = "Serve HTTPS with this chain of certificates (PEM).")
    private @Nullable Path certificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's private key (PEM, not encrypted).")
    private @Nullable Path key;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs until the process is told to stop. */
    @Override
    public Integer call() throws InterruptedException {
        DashboardOptions options = options();
        try {
            KafkaAccess.check(options.kafka(), rights(options.topics()));
        } catch (IllegalArgumentException e) {
            spec.commandLine().getErr().println("dashboard: " + e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        CountDownLatch stopping = new CountDownLatch(1);
        try (Dashboard dashboard = Dashboard.start(options)) {
            Thread stop = new Thread(stopping::countDown, "dashboard-stop");
            Runtime.getRuntime().addShutdownHook(stop);
            spec.commandLine().getOut().println("Dashboard at " + dashboard.address() + " (stop with Ctrl-C)");
            spec.commandLine().getOut().flush();
            stopping.await();
            return CommandLine.ExitCode.OK;
        } catch (DashboardStartException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static List<KafkaRight> rights(Topics topics) {
        return Stream.of(
                        topics.impressions(),
                        topics.domainMetrics(),
                        topics.modelComparisons(),
                        topics.modelHealth(),
                        topics.alerts(),
                        topics.deadLetters())
                .map(KafkaRight::read)
                .toList();
    }

    DashboardOptions options() {
        Map<String, String> kafka = new LinkedHashMap<>();
        try {
            Optional.ofNullable(commandConfig).map(ClientProperties::read).ifPresent(kafka::putAll);
            kafka.put("bootstrap.servers", bootstrapServers);
            return new DashboardOptions(
                    bind,
                    port,
                    kafka,
                    Topics.withPrefix(topicPrefix),
                    Access.read(
                            Optional.ofNullable(htpasswd), Optional.ofNullable(certificate), Optional.ofNullable(key)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** The dashboard without the launcher. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DashboardCommand()).execute(arguments));
    }
}

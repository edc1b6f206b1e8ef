package io.caiman.dashboard;

import io.caiman.schemas.ClientProperties;
import io.caiman.schemas.Topics;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
            "It reads the figures the metrics job publishes (topic domain-metrics) and counts the dead letters, both"
                    + " from their beginning; it writes nothing and joins no consumer group, so any number of"
                    + " dashboards may run. It waits for a cluster or a topic that is not there yet.",
            ""
        },
        footer = {
            "",
            "Example: caiman dashboard --bootstrap-servers kafka:9092 --command-config client.properties",
            "",
            "There is no login: whoever reaches the address can look. Keep the default --bind, or put a proxy that"
                    + " asks for one in front."
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

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs until the process is told to stop. */
    @Override
    public Integer call() throws InterruptedException {
        CountDownLatch stopping = new CountDownLatch(1);
        try (Dashboard dashboard = Dashboard.start(options())) {
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

    DashboardOptions options() {
        Map<String, String> kafka = new LinkedHashMap<>();
        try {
            Optional.ofNullable(commandConfig).map(ClientProperties::read).ifPresent(kafka::putAll);
            kafka.put("bootstrap.servers", bootstrapServers);
            return new DashboardOptions(bind, port, kafka, Topics.withPrefix(topicPrefix));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** The dashboard without the launcher. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DashboardCommand()).execute(arguments));
    }
}

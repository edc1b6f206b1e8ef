package io.caiman.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.caiman.dashboard.DashboardCommand;
import io.caiman.jobs.metrics.MetricsJob;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.replay.ReplayCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.SecurityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The overlay {@code local} without Kubernetes: its topics, users and rights on a real broker, its programs with its arguments
 * and its client properties, each with a certificate of its own.
 */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class OnBrokerTest {

    private static final Overlay OVERLAY = Overlay.LOCAL;
    private static final Pattern METRIC = Pattern.compile("flink_[a-z]\\w+");
    private static final Pattern LITERAL_LABEL = Pattern.compile("(?:job|operator)_name=\"[^\"]+\"");

    @TempDir
    private Path directory;

    private final List<Thread> background = new ArrayList<>();

    /** Before their folders go. */
    @AfterEach
    void programs_in_the_background_end() throws InterruptedException {
        for (Thread program : background) {
            program.interrupt();
            program.join(Duration.ofSeconds(20).toMillis());
            assertThat(program.isAlive()).as(program.getName()).isFalse();
        }
    }

    /** Lays out what a program's pod has mounted. */
    private void mount(Manifest program, Certificates certificates) throws IOException {
        Map<String, Map<String, String>> folders =
                new Pod(OVERLAY, program).files(secret -> contents(secret, certificates));
        for (Map.Entry<String, Map<String, String>> files : folders.entrySet()) {
            Path folder =
                    Files.createDirectories(home(program).resolve(files.getKey().substring(Pod.MOUNTS.length())));
            for (Map.Entry<String, String> file : files.getValue().entrySet()) {
                Files.writeString(
                        folder.resolve(file.getKey()), file.getValue().replace(Pod.MOUNTS, home(program) + "/"));
            }
        }
    }

    private Path home(Manifest program) {
        return directory.resolve(program.name());
    }

    private static Map<String, String> contents(String secret, Certificates certificates) {
        if (secret.equals("caiman-cluster-ca-cert")) {
            return Map.of("ca.crt", certificates.authority());
        }
        Certificates.Signed user =
                certificates.issue(OVERLAY.manifest("KafkaUser", secret).name());
        return Map.of("user.crt", user.certificate(), "user.key", user.key());
    }

    /** A program's arguments, with files and addresses of this test. */
    private List<String> arguments(Manifest program, Map<String, String> replaced) {
        return new ArrayList<>(new Pod(OVERLAY, program)
                .arguments(replaced).stream()
                        .map(argument -> argument.replace(Pod.MOUNTS, home(program) + "/"))
                        .toList());
    }

    /** Runs until the test is over. */
    private void inBackground(String name, Program program) {
        Thread thread = new Thread(
                () -> {
                    try {
                        program.run();
                    } catch (
                            Exception
                                    e) { // the cluster has gone; a job that failed earlier is missed by the assertions
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        background.add(thread);
    }

    @FunctionalInterface
    private interface Program {
        void run() throws Exception;
    }

    private Properties secretsOf(Manifest program) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(home(program).resolve("kafka/client.properties"))) {
            properties.load(reader);
        }
        return properties;
    }

    private static String get(String address) {
        try (InputStream body = URI.create(address).toURL().openStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static Set<String> all(Pattern pattern, String... texts) {
        Set<String> found = new TreeSet<>();
        for (String text : texts) {
            pattern.matcher(text).results().forEach(one -> found.add(one.group()));
        }
        return found;
    }

    @Test
    void everything_runs_with_its_rights_and_reports_what_is_watched() throws Exception {
        Certificates certificates = new Certificates(Instant.now());
        Manifest training = OVERLAY.manifest("FlinkDeployment", "caiman-training");
        Manifest metrics = OVERLAY.manifest("FlinkDeployment", "caiman-metrics");
        Manifest replay = OVERLAY.manifest("Job", "caiman-replay");
        Manifest dashboard = OVERLAY.manifest("Deployment", "caiman-dashboard");
        for (Manifest program : List.of(training, metrics, replay, dashboard)) {
            mount(program, certificates);
        }
        List<Integer> ports = Ports.free(2);
        String pages = "http://127.0.0.1:" + ports.get(0);
        String scraped = "http://127.0.0.1:" + ports.get(1) + "/metrics";
        Configuration flink = new Configuration();
        training.at("/spec/flinkConfiguration").properties().stream()
                .filter(option -> option.getKey().startsWith("metrics."))
                .forEach(option ->
                        flink.setString(option.getKey(), option.getValue().asText()));
        flink.setString("metrics.reporter.prom.port", ports.get(1).toString());
        flink.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                directory.resolve("checkpoints").toUri().toString());
        flink.set(RestOptions.BIND_PORT, "0");

        try (SecuredBroker broker = SecuredBroker.start(directory.resolve("broker"), certificates);
                MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                        .setConfiguration(flink)
                        .setNumSlotsPerTaskManager(4)
                        .build())) {
            broker.apply(OVERLAY.manifests());
            cluster.start();
            Map<String, String> kafka = Map.of("--bootstrap-servers", broker.bootstrapServers());
            List<String> remote = List.of(
                    "-D",
                    "execution.target=remote",
                    "-D",
                    "rest.address=localhost",
                    "-D",
                    "rest.port=" + cluster.getRestAddress().get().getPort());

            List<String> trained = arguments(training, kafka);
            trained.addAll(remote);
            inBackground("training", () -> TrainCommand.main(trained.toArray(String[]::new)));
            List<String> measured = arguments(metrics, kafka);
            measured.addAll(remote);
            // With it too: the rights are for a leaderboard as well.
            measured.add("--baseline=crocodile");
            inBackground("metrics", () -> MetricsJob.main(measured.toArray(String[]::new)));
            List<String> shown = arguments(
                    dashboard,
                    Map.of(
                            "--bootstrap-servers", broker.bootstrapServers(),
                            "--bind", "127.0.0.1",
                            "--port", ports.get(0).toString()));
            inBackground(
                    "dashboard", () -> new CommandLine(new DashboardCommand()).execute(shown.toArray(String[]::new)));
            int sent = new CommandLine(new ReplayCommand())
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .execute(arguments(
                                    replay,
                                    Map.of("--bootstrap-servers", broker.bootstrapServers(), "--health-port", "0"))
                            .toArray(String[]::new));
            assertThat(sent).isZero();
            // Nobody can read this one; the trainer has to be allowed to say so.
            try (KafkaProducer<byte[], byte[]> producer = producer(broker, replay)) {
                producer.send(new ProducerRecord<>("impressions", new byte[] {1, 2, 3}))
                        .get();
            }

            String watched = Files.readString(Path.of("monitoring/rules.yaml"));
            String drawn = Files.readString(Path.of("monitoring/caiman.json")).replace("\\\"", "\"");
            Set<String> names = all(METRIC, watched, drawn);
            assertThat(names).hasSizeGreaterThan(15);
            await().atMost(Duration.ofMinutes(4))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> {
                        String metricsText = get(scraped);
                        assertThat(names)
                                .allSatisfy(name -> assertThat(metricsText)
                                        .as("what is scraped")
                                        .overridingErrorMessage(
                                                "%s is not scraped; of that beginning: %s",
                                                name, like(metricsText, name))
                                        .contains("\n" + name + "{"));
                        assertThat(all(LITERAL_LABEL, watched, drawn))
                                .allSatisfy(label -> assertThat(metricsText.contains(label))
                                        .as("%s in %s", label, all(LITERAL_LABEL, metricsText))
                                        .isTrue());
                        assertThat(metricsText)
                                .containsPattern(
                                        "\nflink_taskmanager_job_task_operator_model_task_domain_auc\\{[^}]*domain=\"\"[^}]*}")
                                .containsPattern(
                                        "flink_taskmanager_job_task_operator_feature_rows\\{[^}]*feature=\"user\"");

                        JsonNode state = Yaml.MAPPER.readTree(get(pages + "/api/state"));
                        assertThat(state.path("series")).isNotEmpty();
                        assertThat(state.path("deadLetters").asInt()).isEqualTo(1);
                        assertThat(state.path("health")).isNotEmpty();
                        assertThat(state.at("/traffic/problem").isMissingNode()).isTrue();
                        assertThat(Manifest.elements(state.at("/traffic/groups")))
                                .extracting(group -> group.path("group").asText())
                                .contains("caiman-training.predictions.crocodile", "caiman-metrics.predictions");
                    });
            for (String probe : List.of("readinessProbe", "livenessProbe")) {
                assertThat(get(pages
                                + dashboard
                                        .container()
                                        .at("/" + probe + "/httpGet/path")
                                        .asText()))
                        .as(probe)
                        .isEqualTo("ok");
            }

            try (KafkaProducer<byte[], byte[]> producer = producer(broker, dashboard)) {
                assertThatThrownBy(() -> producer.send(new ProducerRecord<>("impressions", new byte[] {1}))
                                .get())
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(AuthorizationException.class);
            }
        }
    }

    @Test
    void whoever_lacks_a_right_ends_and_tells_the_command_that_gives_it() throws Exception {
        Certificates certificates = new Certificates(Instant.now());
        Path lag = Files.writeString(directory.resolve("alerts.yaml"), """
                rules:
                  - {name: behind, when: consumer-lag, group: caiman-training.predictions.crocodile, above: 1}
                """);
        Map<Manifest, List<String>> further = Map.of(
                OVERLAY.manifest("FlinkDeployment", "caiman-training"), List.of("--label-window=1h"),
                OVERLAY.manifest("FlinkDeployment", "caiman-metrics"),
                        List.of("--baseline=crocodile", "--alerts=" + lag),
                OVERLAY.manifest("Job", "caiman-replay"), List.of(),
                OVERLAY.manifest("Deployment", "caiman-dashboard"), List.of());
        try (SecuredBroker broker = SecuredBroker.start(directory.resolve("broker"), certificates)) {
            broker.apply(OVERLAY.manifests());
            for (Map.Entry<Manifest, List<String>> program : further.entrySet()) {
                Manifest manifest = program.getKey();
                mount(manifest, certificates);
                List<String> arguments = arguments(
                        manifest, Map.of("--bootstrap-servers", broker.bootstrapServers(), "--health-port", "0"));
                arguments.removeIf(argument -> argument.startsWith("--alerts="));
                arguments.addAll(program.getValue());
                List<AclBinding> rights = rightsThatAreAskedFor(manifest.name());
                assertThat(rights).isNotEmpty();
                for (AclBinding right : rights) {
                    try (var revoked = broker.revoke(right)) {
                        assertThat(refused(manifest, arguments))
                                .as("%s without %s", manifest.name(), right)
                                .contains(
                                        broker.bootstrapServers() + " does not allow "
                                                + SecuredBroker.principal(manifest.name()),
                                        "kafka-acls.sh --bootstrap-server " + broker.bootstrapServers() + " --add"
                                                + " --allow-principal '" + SecuredBroker.principal(manifest.name())
                                                + "'",
                                        " --operation "
                                                + SecurityUtils.operationName(
                                                        right.entry().operation()),
                                        " --"
                                                + right.pattern()
                                                        .resourceType()
                                                        .name()
                                                        .toLowerCase(Locale.ROOT)
                                                        .replace('_', '-')
                                                + " " + right.pattern().name());
                    }
                }
            }
        }
    }

    /** Of a KafkaUser's rights those without which a program does nothing, or an alert never comes. */
    private static List<AclBinding> rightsThatAreAskedFor(String user) {
        return Manifest.elements(OVERLAY.manifest("KafkaUser", user).at("/spec/authorization/acls")).stream()
                .flatMap(acl -> KafkaObjects.rights(SecuredBroker.principal(user), acl).stream())
                .filter(right -> Set.of(AclOperation.READ, AclOperation.WRITE)
                                .contains(right.entry().operation())
                        || right.pattern().name().equals("caiman-training."))
                .filter(right -> right.pattern().resourceType() != ResourceType.TRANSACTIONAL_ID
                        || right.entry().operation() == AclOperation.WRITE)
                .toList();
    }

    @Test
    void who_speaks_tls_to_one_who_does_not_or_the_other_way_round_is_told_so() throws Exception {
        Certificates certificates = new Certificates(Instant.now());
        Manifest dashboard = OVERLAY.manifest("Deployment", "caiman-dashboard");
        mount(dashboard, certificates);
        try (SecuredBroker broker = SecuredBroker.start(directory.resolve("broker"), certificates)) {
            assertThat(refused(dashboard, List.of("--bootstrap-servers=" + broker.bootstrapServers())))
                    .contains(
                            broker.bootstrapServers()
                                    + " speaks TLS, and this client does not (security.protocol is PLAINTEXT)",
                            "set security.protocol to SSL or SASL_SSL in --command-config");
            assertThat(refused(dashboard, arguments(dashboard, Map.of("--bootstrap-servers", broker.open()))))
                    .contains(
                            broker.open() + " does not speak TLS, and this client does (security.protocol is SSL)",
                            "set security.protocol to PLAINTEXT or SASL_PLAINTEXT in --command-config");
            assertThat(refused(dashboard, arguments(dashboard, Map.of("--bootstrap-servers", broker.named()))))
                    .contains(
                            broker.named()
                                    + " asks for a login (SASL), and this client gives none (security.protocol is SSL)",
                            "set security.protocol to SASL_SSL, sasl.mechanism and sasl.jaas.config");
        }
    }

    /** What a program says that ends before it has begun. */
    private static String refused(Manifest program, List<String> arguments) {
        StringWriter errors = new StringWriter();
        int exit = ProgramsTest.commandOf(program)
                .setErr(new PrintWriter(errors))
                .execute(arguments.toArray(String[]::new));
        assertThat(exit).as(errors.toString()).isPositive();
        return errors.toString();
    }

    private KafkaProducer<byte[], byte[]> producer(SecuredBroker broker, Manifest program) throws IOException {
        return new KafkaProducer<>(
                broker.client(secretsOf(program)), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static Set<String> like(String metrics, String name) {
        String beginning = name.substring(0, name.lastIndexOf('_') + 1);
        return all(Pattern.compile(Pattern.quote(beginning) + "\\w*"), metrics);
    }
}

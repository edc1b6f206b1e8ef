package io.caiman.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.IndefiniteWaitOneShotStartupCheckStrategy;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/**
 * The images as the overlay {@code local} runs them, in containers as narrow as its pods: nobody's root, a root file system that
 * is read only, no capabilities. Kafka asks them for name and password over TLS and allows what their KafkaUsers allow.
 */
@Tag("containers")
@Testcontainers(disabledWithoutDocker = true)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class ImagesIT {

    private static final Overlay OVERLAY = Overlay.LOCAL;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration REFUSED_WITHIN = Duration.ofMinutes(1);
    private static final int IMPRESSIONS = 60_000;
    private static final int METRICS_PORT = 9249;
    private static final int PAGES_PORT = 8080;
    private static final int EXITED_AS_KILLED = 128;

    @TempDir
    private static Path shared;

    private static final Network NETWORK = Network.newNetwork();
    private static final Map<String, String> PASSWORDS = new TreeMap<>();
    private static ScramKafka kafka;

    private final List<GenericContainer<?>> containers = new ArrayList<>();

    @BeforeAll
    static void startKafka() throws Exception {
        OVERLAY.manifests("KafkaUser").forEach(user -> PASSWORDS.put(user.name(), "secret-of-" + user.name()));
        kafka = new ScramKafka(NETWORK, new Certificates(Instant.now()), shared);
        kafka.start(OVERLAY.manifests(), PASSWORDS);
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
        NETWORK.close();
    }

    @AfterEach
    void stopContainers() {
        containers.forEach(GenericContainer::stop);
    }

    private static Manifest program(String name) {
        return Stream.of("FlinkDeployment", "Deployment", "Job")
                .flatMap(kind -> OVERLAY.manifests(kind).stream())
                .filter(manifest -> manifest.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** A container of a program's image with what its pod has: volumes, user, and no more rights. */
    private GenericContainer<?> container(Manifest program, String password, List<String> command) throws IOException {
        Pod pod = new Pod(OVERLAY, program);
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image(program)))
                .withImagePullPolicy(name -> false)
                .withNetwork(NETWORK)
                .withCommand(command.toArray(String[]::new))
                .withCreateContainerCmdModifier(create -> narrow(create, program));
        Map<String, String> writable = pod.volumes().stream()
                .filter(volume -> volume.has("emptyDir"))
                .collect(Collectors.toMap(
                        volume -> pod.mounts().get(volume.path("name").asText()), volume -> "rw,exec,mode=1777"));
        container.withTmpFs(writable);
        Path home = Files.createTempDirectory(shared, program.name());
        for (Map.Entry<String, Map<String, String>> files :
                pod.files(secret -> kafka.secret(secret, password)).entrySet()) {
            Path folder =
                    readable(Files.createDirectories(home.resolve(files.getKey().substring(Pod.MOUNTS.length()))));
            for (Map.Entry<String, String> file : files.getValue().entrySet()) {
                boolean client = file.getKey().equals("client.properties");
                Files.writeString(
                        folder.resolve(file.getKey()), client ? ScramKafka.clientProperties() : file.getValue());
            }
            container.withFileSystemBind(folder.toString(), files.getKey(), BindMode.READ_ONLY);
        }
        containers.add(container);
        return container;
    }

    private static String image(Manifest program) {
        JsonNode flink = program.at("/spec/image");
        return flink.isTextual()
                ? flink.asText()
                : program.container().path("image").asText();
    }

    private static void narrow(CreateContainerCmd create, Manifest program) {
        JsonNode pod = program.pods().get(0).at("/spec/securityContext");
        JsonNode own = program.container().path("securityContext");
        HostConfig host = create.getHostConfig();
        assertThat(host).isNotNull();
        host.withReadonlyRootfs(own.path("readOnlyRootFilesystem").asBoolean());
        host.withCapDrop(Capability.ALL);
        host.withSecurityOpts(List.of("no-new-privileges"));
        create.withUser(
                pod.path("runAsUser").asText() + ":" + pod.path("runAsGroup").asText());
    }

    /** For users of containers, who are not this one. */
    private static Path readable(Path folder) throws IOException {
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private GenericContainer<?> jobManager(Manifest job, String password) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "standalone-job",
                "--job-classname",
                job.at("/spec/job/entryClass").asText(),
                "-Djobmanager.rpc.address=" + job.name(),
                "-Djobmanager.memory.process.size=1g",
                "-Dio.tmp.dirs=/scratch",
                "-Dparallelism.default=1",
                "-Dexecution.checkpointing.dir="
                        + job.at("/spec/flinkConfiguration/execution.checkpointing.dir")
                                .asText()));
        command.addAll(new Pod(OVERLAY, job).arguments(Map.of()));
        return withCheckpoints(container(job, password, command)).withNetworkAliases(job.name());
    }

    private GenericContainer<?> taskManager(Manifest job, String password) throws IOException {
        return withCheckpoints(container(
                job,
                password,
                List.of(
                        "taskmanager",
                        "-Djobmanager.rpc.address=" + job.name(),
                        "-Dio.tmp.dirs=/scratch",
                        "-Dtaskmanager.memory.process.size=3g",
                        "-Dtaskmanager.memory.task.off-heap.size=512m")));
    }

    private static GenericContainer<?> withCheckpoints(GenericContainer<?> container) throws IOException {
        Path checkpoints = Files.createDirectories(shared.resolve("checkpoints"));
        Files.setPosixFilePermissions(checkpoints, PosixFilePermissions.fromString("rwxrwxrwx"));
        return container
                .withFileSystemBind(checkpoints.toString(), "/checkpoints", BindMode.READ_WRITE)
                .withExposedPorts(METRICS_PORT)
                .waitingFor(Wait.forListeningPorts(METRICS_PORT).withStartupTimeout(PATIENCE));
    }

    @Test
    void the_images_run_with_the_rights_of_their_users_and_report_to_prometheus() throws Exception {
        Manifest replay = program("caiman-replay");
        Manifest dashboard = program("caiman-dashboard");
        GenericContainer<?> pages = container(
                        dashboard, password(dashboard), new Pod(OVERLAY, dashboard).arguments(Map.of()))
                .withExposedPorts(PAGES_PORT)
                .waitingFor(Wait.forHttp(dashboard
                                .container()
                                .at("/readinessProbe/httpGet/path")
                                .asText())
                        .forPort(PAGES_PORT)
                        .withStartupTimeout(PATIENCE));
        List<GenericContainer<?>> flink = new ArrayList<>();
        for (Manifest job : List.of(program("caiman-training"), program("caiman-metrics"))) {
            flink.add(jobManager(job, password(job)));
            flink.add(taskManager(job, password(job)));
        }
        GenericContainer<?> sent = container(replay, password(replay), new Pod(OVERLAY, replay).arguments(Map.of()))
                .withStartupCheckStrategy(new IndefiniteWaitOneShotStartupCheckStrategy());
        sent.start();
        org.testcontainers.lifecycle.Startables.deepStart(containers).join();

        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(predictions()).isGreaterThanOrEqualTo(IMPRESSIONS));
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            JsonNode state = Yaml.MAPPER.readTree(get(pages, PAGES_PORT, "/api/state"));
            assertThat(state.path("series")).isNotEmpty();
            assertThat(state.path("health")).isNotEmpty();
            assertThat(state.at("/traffic/problem").isMissingNode()).isTrue();
            assertThat(Manifest.elements(state.at("/traffic/groups")))
                    .extracting(group -> group.path("group").asText())
                    .contains("caiman-training.predictions.crocodile", "caiman-metrics.predictions");
        });
        for (GenericContainer<?> process : flink) {
            assertThat(get(process, METRICS_PORT, "/metrics"))
                    .containsPattern("\nflink_(jobmanager|taskmanager)_Status_JVM_");
        }
        assertThat(get(flink.get(1), METRICS_PORT, "/metrics"))
                .containsPattern("flink_taskmanager_job_task_operator_feature_rows\\{[^}]*feature=\"user\"");

        for (Map.Entry<String, GenericContainer<?>> image :
                Map.of("10001", pages, "9999", flink.get(0)).entrySet()) {
            assertThat(image.getValue().execInContainer("id", "-u").getStdout().strip())
                    .isEqualTo(image.getKey());
            assertThat(image.getValue()
                            .execInContainer("bash", "-c", "cat /sbom/*.json")
                            .getStdout())
                    .contains("CycloneDX", "kafka-clients");
        }
        assertThat(containers)
                .allSatisfy(container -> assertThat(container.getLogs()).doesNotContain(PASSWORDS.values()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"caiman-training", "caiman-metrics", "caiman-dashboard", "caiman-replay"})
    void a_wrong_password_ends_a_program_with_what_to_check_and_without_telling_it(String name) throws Exception {
        Manifest program = program(name);
        String wrong = "not-the-secret";
        GenericContainer<?> container = program.kind().equals("FlinkDeployment")
                ? jobManager(program, wrong)
                : container(program, wrong, new Pod(OVERLAY, program).arguments(Map.of()));
        container
                .withStartupCheckStrategy(new Ended())
                .waitingFor(new NothingMore())
                .start();

        Long exitCode = container.getCurrentContainerInfo().getState().getExitCodeLong();
        assertThat(exitCode).isBetween(1L, (long) EXITED_AS_KILLED - 1);
        assertThat(container.getLogs())
                .contains("--command-config", "caiman-kafka-bootstrap:9093", "SCRAM-SHA-512", "sasl.jaas.config")
                .doesNotContain(wrong);
    }

    /** Waits for a container to end, whatever its exit code. */
    private static final class Ended extends StartupCheckStrategy {
        Ended() {
            withTimeout(REFUSED_WITHIN);
        }

        @Override
        public StartupStatus checkStartupState(com.github.dockerjava.api.DockerClient client, String container) {
            return Boolean.TRUE.equals(getCurrentState(client, container).getRunning())
                    ? StartupStatus.NOT_YET_KNOWN
                    : StartupStatus.SUCCESSFUL;
        }
    }

    /** A program that has ended does not become ready. */
    private static final class NothingMore extends AbstractWaitStrategy {
        @Override
        protected void waitUntilReady() {}
    }

    private static String password(Manifest program) {
        return PASSWORDS.getOrDefault(program.name(), "");
    }

    /** Predictions that are committed. */
    private static long predictions() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.open(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor("predictions").stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long count = 0;
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                count += consumer.poll(Duration.ofMillis(200)).count();
            }
            return count;
        }
    }

    private static String get(GenericContainer<?> container, int port, String path) throws IOException {
        String address = "http://%s:%d%s".formatted(container.getHost(), container.getMappedPort(port), path);
        try (InputStream body = URI.create(address).toURL().openStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

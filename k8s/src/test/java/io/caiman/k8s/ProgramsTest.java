package io.caiman.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import io.caiman.dashboard.DashboardCommand;
import io.caiman.jobs.metrics.MetricsCommand;
import io.caiman.jobs.options.KafkaOptions;
import io.caiman.jobs.training.TrainCommand;
import io.caiman.replay.ReplayCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.autoscaler.config.AutoScalerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalResourceOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** What the manifests run is there, and takes what they give it. */
class ProgramsTest {

    private static final Set<String> PROGRAMS = Set.of("FlinkDeployment", "Deployment", "Job");

    /** Options of the operator, of plugins and of numbered things; all others must be Flink's. */
    private static final Pattern NOT_FLINKS =
            Pattern.compile("kubernetes\\.operator\\..*|metrics\\.reporter\\..*|external-resource\\..*|s3\\..*");

    /** Of operators that know Flink 2.2; that of 1.10, the newest on Maven Central, calls it target.utilization. */
    private static final String RENAMED_SINCE = "job.autoscaler.utilization.target";

    private static List<Manifest> programs(Overlay overlay) {
        return overlay.manifests().stream()
                .filter(manifest -> PROGRAMS.contains(manifest.kind()))
                .toList();
    }

    static CommandLine commandOf(Manifest program) {
        Object command = switch (program.name()) {
            case "caiman-training" -> new TrainCommand();
            case "caiman-metrics" -> new MetricsCommand();
            case "caiman-dashboard" -> new DashboardCommand();
            case "caiman-replay" -> new ReplayCommand();
            default -> throw new AssertionError("which command is " + program.id() + "?");
        };
        return new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static Map<String, JsonNode> byName(JsonNode named) {
        return Manifest.elements(named).stream()
                .collect(Collectors.toMap(one -> one.path("name").asText(), one -> one));
    }

    @ParameterizedTest
    @EnumSource
    void commands_take_the_arguments_they_are_given(Overlay overlay) {
        for (Manifest program : programs(overlay)) {
            assertThatCode(() ->
                            commandOf(program).parseArgs(program.arguments().toArray(String[]::new)))
                    .as(program.id())
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @EnumSource
    void files_named_by_arguments_are_mounted(Overlay overlay) {
        Map<String, Manifest> configMaps =
                overlay.manifests("ConfigMap").stream().collect(Collectors.toMap(Manifest::name, map -> map));
        for (Manifest program : programs(overlay)) {
            Map<String, JsonNode> volumes = byName(program.pods().get(0).at("/spec/volumes"));
            Map<String, JsonNode> mounts = Manifest.elements(program.container().path("volumeMounts")).stream()
                    .collect(Collectors.toMap(
                            mount -> mount.path("mountPath").asText(),
                            mount -> volumes.get(mount.path("name").asText())));
            program.arguments().stream()
                    .filter(argument -> argument.contains("=/"))
                    .map(argument -> argument.substring(argument.indexOf('=') + 1))
                    .forEach(file -> {
                        int slash = file.lastIndexOf('/');
                        JsonNode volume = mounts.get(file.substring(0, slash));
                        assertThat(volume)
                                .as("%s: volume with %s", program.id(), file)
                                .isNotNull();
                        String map = volume.at("/configMap/name").asText();
                        if (!map.isEmpty()) {
                            assertThat(configMaps).containsKey(map);
                            assertThat(configMaps.get(map))
                                    .extracting(Manifest::json)
                                    .asString()
                                    .contains("\"" + file.substring(slash + 1) + "\":");
                        }
                    });
        }
    }

    @ParameterizedTest
    @EnumSource
    void classes_and_jars_are_where_the_images_have_them(Overlay overlay) throws IOException {
        String jobs = Files.readString(Path.of("../stream-jobs/pom.xml"));
        for (Manifest job : overlay.manifests("FlinkDeployment")) {
            assertThatCode(() -> Class.forName(job.at("/spec/job/entryClass").asText())
                            .getMethod("main", String[].class))
                    .doesNotThrowAnyException();
            // Where Jib puts a module's own jar.
            assertThat(job.at("/spec/job/jarURI").asText())
                    .isEqualTo("local:///opt/flink/lib/caiman/classpath/caiman-stream-jobs-%s.jar"
                            .formatted(System.getProperty("caiman.version")));
            assertThat(jobs).contains("<appRoot>/opt/flink/lib/caiman</appRoot>");
        }
    }

    @ParameterizedTest
    @EnumSource
    void images_are_those_the_project_builds(Overlay overlay) {
        Set<String> built = Stream.of("stream-jobs", "dashboard", "replay-tool")
                .map(module -> Path.of("..", module, "pom.xml"))
                .flatMap(ProgramsTest::images)
                .collect(Collectors.toSet());
        assertThat(built).containsExactlyInAnyOrder("caiman/jobs", "caiman/dashboard", "caiman/replay");
        assertThat(Path.of("images/jobs-gpu.Dockerfile")).isRegularFile();
        built.add("caiman/jobs-gpu");

        for (Manifest program : programs(overlay)) {
            String image = program.kind().equals("FlinkDeployment")
                    ? program.at("/spec/image").asText()
                    : program.container().path("image").asText();
            String registry = overlay == Overlay.LOCAL ? "" : "registry.example.com/";
            assertThat(built.stream().map(name -> registry + name + ":0.1.0")).contains(image);
        }
    }

    @Test
    void public_images_that_others_are_built_on_are_named_by_digest() throws IOException {
        Pattern base = Pattern.compile("<image\\.base\\.\\w+>(.*?)</|(?m)^FROM ((?!\\$\\{JOBS}).*?)(?: AS \\w+)?$");
        List<String> bases = Stream.of(Path.of("../pom.xml"), Path.of("images/jobs-gpu.Dockerfile"))
                .flatMap(file -> base.matcher(read(file)).results())
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .toList();
        assertThat(bases).hasSize(3).allSatisfy(image -> assertThat(image).matches("[^@]+:[^@]+@sha256:[0-9a-f]{64}"));
    }

    @Test
    void the_operations_guide_says_what_every_alert_means() throws IOException {
        String guide = Files.readString(Path.of("../docs/operations.md"));
        Stream<String> ofPrometheus =
                Manifest.elements(Overlay.PRODUCTION
                                .manifest("PrometheusRule", "caiman")
                                .at("/spec/groups"))
                        .stream()
                        .flatMap(group -> Manifest.elements(group.path("rules")).stream())
                        .map(rule -> rule.path("alert").asText());
        Stream<String> ofTheTopic = Pattern.compile("when: ([a-z-]+)")
                .matcher(Files.readString(Path.of("../conf/alerts.yaml")))
                .results()
                .map(found -> found.group(1));
        assertThat(Stream.concat(ofPrometheus, ofTheTopic))
                .hasSize(16)
                .allSatisfy(alert -> assertThat(guide).contains("`" + alert + "`"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Stream<String> images(Path pom) {
        return Pattern.compile("<image>\\$\\{image\\.registry}(caiman/.*?):\\$\\{image\\.tag}</image>")
                .matcher(read(pom))
                .results()
                .map(found -> found.group(1));
    }

    @ParameterizedTest
    @EnumSource
    void options_of_flink_are_options_of_flink(Overlay overlay) {
        Set<String> known = Stream.of(
                        AutoScalerOptions.class,
                        CheckpointingOptions.class,
                        CoreOptions.class,
                        ExternalResourceOptions.class,
                        HighAvailabilityOptions.class,
                        JobManagerOptions.class,
                        MetricOptions.class,
                        PipelineOptions.class,
                        TaskManagerOptions.class)
                .flatMap(type -> Arrays.stream(type.getFields()))
                .filter(field -> field.getType() == ConfigOption.class)
                .map(ProgramsTest::key)
                .collect(Collectors.toSet());
        for (Manifest job : overlay.manifests("FlinkDeployment")) {
            assertThat(configuration(job).keySet())
                    .filteredOn(key -> !NOT_FLINKS.matcher(key).matches() && !key.equals(RENAMED_SINCE))
                    .isSubsetOf(known);
        }
    }

    private static String key(java.lang.reflect.Field field) {
        try {
            return ((ConfigOption<?>) field.get(null)).key();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static Configuration configuration(Manifest job) {
        Configuration configuration = new Configuration();
        job.at("/spec/flinkConfiguration")
                .properties()
                .forEach(option -> configuration.setString(
                        option.getKey(), option.getValue().asText()));
        return configuration;
    }

    @ParameterizedTest
    @EnumSource
    void memory_of_task_managers_adds_up_and_the_row_cache_has_room_in_the_heap(Overlay overlay) {
        for (Manifest job : overlay.manifests("FlinkDeployment")) {
            Configuration configuration = configuration(job);
            // As Flink's operator sets them.
            configuration.set(
                    TaskManagerOptions.TOTAL_PROCESS_MEMORY,
                    MemorySize.parse(job.at("/spec/taskManager/resource/memory").asText()));
            configuration.set(
                    TaskManagerOptions.CPU_CORES,
                    job.at("/spec/taskManager/resource/cpu").asDouble());
            TaskExecutorProcessSpec memory = TaskExecutorProcessUtils.processSpecFromConfig(configuration);

            MemorySize rowCache = job.arguments().stream()
                    .filter(argument -> argument.startsWith("--row-cache="))
                    .map(argument -> MemorySize.parse(argument.substring(argument.indexOf('=') + 1)))
                    .findFirst()
                    .orElse(MemorySize.ZERO);
            assertThat(memory.getTaskHeapSize().getBytes())
                    .as("task heap of %s in %s: %s", job.name(), overlay, memory)
                    .isGreaterThanOrEqualTo(
                            rowCache.add(MemorySize.ofMebiBytes(512)).getBytes());
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_broker_bears_transactions_as_long_as_the_jobs_ask_for(Overlay overlay) {
        assertThat(overlay.manifest("Kafka", "caiman")
                        .at("/spec/kafka/config/transaction.max.timeout.ms")
                        .asLong())
                .isGreaterThanOrEqualTo(
                        KafkaOptions.TRANSACTION_TIMEOUT.defaultValue().toMillis());
    }
}

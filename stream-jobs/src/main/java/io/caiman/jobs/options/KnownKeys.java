package io.caiman.jobs.options;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.CleanupOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.SinkOptions;
import org.apache.flink.configuration.SlowTaskDetectorOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.configuration.StateLatencyTrackOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.StateSizeTrackOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBNativeMetricOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;

/** The keys that mean something: to the jobs, or to Flink. */
final class KnownKeys {

    /** What Flink hands on by a prefix, to file systems, reporters and the like: any key below is somebody's. */
    private static final List<String> OPEN = List.of(
            "azure.",
            "client.",
            "containerized.",
            "env.",
            "events.",
            "external-resource",
            "fs.",
            "gs.",
            "hadoop.",
            "high-availability.",
            "historyserver.",
            "jmx.",
            "job-",
            "kubernetes.",
            "metrics.",
            "oss.",
            "plugin.",
            "presto.",
            "queryable-state.",
            "s3.",
            "s3a.",
            "security.",
            "traces.",
            "user.",
            "yarn.",
            "zookeeper.");

    private static final Set<String> ALL = all();

    private KnownKeys() {}

    /** The options of a class, in the order in which it declares them. */
    static List<ConfigOption<?>> optionsOf(Class<?> options) {
        List<ConfigOption<?>> found = new ArrayList<>();
        for (Field field : options.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
                try {
                    found.add((ConfigOption<?>) field.get(null));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException("%s is public and cannot be read".formatted(field), e);
                }
            }
        }
        return found;
    }

    /**
     * Refuses a key that nobody would read.
     *
     * @throws IllegalArgumentException if it is none of the known ones, naming the nearest of these
     */
    static void check(String source, String key) {
        if (ALL.contains(key) || OPEN.stream().anyMatch(key::startsWith)) {
            return;
        }
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        String nearest = ALL.stream()
                .min(Comparator.comparing(known -> distance.apply(key, known)))
                .orElseThrow();
        throw new IllegalArgumentException(
                "%s: unknown key '%s'; did you mean '%s'? docs/configuration.md has those of the jobs"
                        .formatted(source, key, nearest));
    }

    private static Set<String> all() {
        Set<String> keys = new TreeSet<>();
        Stream.of(
                        KafkaOptions.class,
                        TrainingJobOptions.class,
                        MetricsOptions.class,
                        WatermarkOptions.class,
                        LeaderboardOptions.class,
                        BatchExecutionOptions.class,
                        BlobServerOptions.class,
                        CheckpointingOptions.class,
                        CleanupOptions.class,
                        ClusterOptions.class,
                        CoreOptions.class,
                        DeploymentOptions.class,
                        ExecutionOptions.class,
                        HeartbeatManagerOptions.class,
                        JobManagerOptions.class,
                        NettyShuffleEnvironmentOptions.class,
                        PipelineOptions.class,
                        ResourceManagerOptions.class,
                        RestOptions.class,
                        RestartStrategyOptions.class,
                        RpcOptions.class,
                        SinkOptions.class,
                        SlowTaskDetectorOptions.class,
                        StateBackendOptions.class,
                        StateChangelogOptions.class,
                        StateLatencyTrackOptions.class,
                        StateRecoveryOptions.class,
                        StateSizeTrackOptions.class,
                        TaskManagerOptions.class,
                        WebOptions.class,
                        RocksDBConfigurableOptions.class,
                        RocksDBNativeMetricOptions.class,
                        RocksDBOptions.class)
                .flatMap(options -> optionsOf(options).stream())
                .forEach(option -> {
                    keys.add(option.key());
                    for (FallbackKey former : option.fallbackKeys()) {
                        keys.add(former.getKey());
                    }
                });
        return keys;
    }
}

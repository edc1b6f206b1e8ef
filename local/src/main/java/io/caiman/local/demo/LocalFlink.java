package io.caiman.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caiman.jobs.checkpoints.CompletedCheckpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;

/** A Flink cluster in this JVM with its web interface, on the loopback address. */
final class LocalFlink implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final MiniCluster cluster;
    private final HttpClient http = HttpClient.newHttpClient();

    private LocalFlink(MiniCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Starts a cluster.
     *
     * @param working for what Flink and RocksDB keep while they run
     * @param port of the web interface; 0: any free one
     * @param slots task slots, one for each job and unit of parallelism
     * @throws IllegalArgumentException if the port is in use
     */
    static LocalFlink start(Path working, int port, int slots) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(CoreOptions.TMP_DIRS, working.toAbsolutePath().toString());
        configuration.set(WebOptions.TMP_DIR, working.toAbsolutePath().toString());
        configuration.set(RestOptions.ADDRESS, "127.0.0.1");
        configuration.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, CompletedCheckpoints.RETAINED);
        configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        configuration.set(RestOptions.BIND_PORT, String.valueOf(port));
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(192L * slots));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
        configuration.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(1));
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .build());
        try {
            cluster.start();
        } catch (Exception e) {
            cluster.close();
            if (ExceptionUtils.findThrowable(e, BindException.class).isPresent()) {
                throw new IllegalArgumentException(
                        "the port %d of Flink's web interface is in use; choose another one with --flink-port, 0 for any free one"
                                .formatted(port),
                        e);
            }
            throw e;
        }
        return new LocalFlink(cluster);
    }

    /** Where the web interface is. */
    URI address() throws InterruptedException, ExecutionException {
        return cluster.getRestAddress().get();
    }

    /** Starts the job that was built in an environment. */
    JobID submit(String name, StreamExecutionEnvironment env) throws InterruptedException, ExecutionException {
        var graph = env.getStreamGraph();
        graph.setJobName(name);
        return cluster.submitJob(graph).get().getJobID();
    }

    /** Fails if a job has ended, with the reason: none ends of itself, for at the end of a log it waits for more. */
    void check(JobID job) throws InterruptedException, ExecutionException {
        JobStatus status = cluster.getJobStatus(job).get();
        if (status.isGloballyTerminalState()) {
            Throwable reason = cluster.requestJobResult(job)
                    .get()
                    .getSerializedThrowable()
                    .<Throwable>map(thrown -> thrown.deserializeError(LocalFlink.class.getClassLoader()))
                    .orElseGet(() -> new IllegalStateException(
                            "no reason is known; a job can be cancelled in Flink's web interface"));
            throw new IllegalStateException("Flink job %s is %s".formatted(job, status), reason);
        }
    }

    /** The sum of an operator's counter over a job's subtasks; empty while there is no such counter. */
    OptionalLong counter(JobID job, String operator, String counter) {
        try {
            long sum = 0;
            boolean found = false;
            for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
                String path = "/jobs/%s/vertices/%s/subtasks/metrics?get=%s.%s&agg=sum"
                        .formatted(job, vertex.path("id").asText(), operator, counter);
                for (JsonNode metric : get(path)) {
                    sum += metric.path("sum").asLong();
                    found = true;
                }
            }
            return found ? OptionalLong.of(sum) : OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Flink's metrics cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Flink's web interface is gone", e);
        }
    }

    private JsonNode get(String path) throws IOException, InterruptedException, ExecutionException {
        HttpRequest request = HttpRequest.newBuilder(address().resolve(path)).build();
        return JSON.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    @Override
    public void close() throws Exception {
        cluster.close();
    }
}

package io.caiman.local.demo;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LocalFlinkTest {

    @TempDir
    private Path folder;

    @Test
    void a_job_that_is_cancelled_in_the_web_interface_is_told_of() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        env.fromSequence(0, Long.MAX_VALUE).sinkTo(new DiscardingSink<>());
        try (LocalFlink flink = LocalFlink.start(folder, 0, 1)) {
            JobID job = flink.submit("endless", env);
            flink.check(job);

            cancel(flink.address().resolve("/jobs/" + job + "?mode=cancel"));

            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThatIllegalStateException()
                            .isThrownBy(() -> flink.check(job))
                            .withMessageContainingAll(job.toString(), "CANCELED")
                            .withStackTraceContaining("web interface"));
        }
    }

    private static void cancel(URI job) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(job)
                .method("PATCH", HttpRequest.BodyPublishers.noBody())
                .build();
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
    }
}

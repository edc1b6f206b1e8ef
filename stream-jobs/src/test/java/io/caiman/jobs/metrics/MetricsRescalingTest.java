package io.caiman.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.connect.AvroRecordType;
import io.caiman.jobs.options.MetricsOptions;
import io.caiman.schemas.avro.DomainMetrics;
import io.caiman.schemas.avro.Prediction;
import io.caiman.schemas.avro.WindowKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The metrics job moved by savepoints from one parallelism to another. */
class MetricsRescalingTest {

    private static final int SLOTS = 3;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(SLOTS)
            .build());

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int PREDICTIONS = 3_000;
    private static final MetricsOptions OPTIONS = Reference.options(
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofMillis(50),
            Duration.ofSeconds(60),
            Duration.ofSeconds(20));
    private static final List<Prediction> ALL = Reference.predictions(21, PREDICTIONS, 60, 1_700_000_000_123L, 60);

    // What the jobs of this JVM have read and published.
    private static final AtomicLong READ = new AtomicLong();
    private static final ConcurrentLinkedQueue<DomainMetrics> PUBLISHED = new ConcurrentLinkedQueue<>();

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(SavepointFormatType.class)
    void figures_do_not_change_when_savepoints_move_the_job_between_parallelisms(SavepointFormatType format)
            throws Exception {
        READ.set(0);
        PUBLISHED.clear();
        Optional<String> savepoint = Optional.empty();
        int[] parallelisms = {1, SLOTS, 2};
        for (int run = 0; run < parallelisms.length; run++) {
            boolean last = run == parallelisms.length - 1;
            JobClient job = start(parallelisms[run], savepoint, last ? Double.MAX_VALUE : 1_000);
            if (last) {
                job.getJobExecutionResult().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } else {
                long enough = (run + 1L) * PREDICTIONS / 3;
                Awaitility.await().atMost(PATIENCE).until(() -> READ.get() >= enough);
                // Refused, and the job goes on, while one of its tasks is still starting.
                savepoint = Optional.of(Awaitility.await()
                        .atMost(PATIENCE)
                        .ignoreException(ExecutionException.class)
                        .until(
                                () -> job.stopWithSavepoint(
                                                false, directory.toUri().toString(), format)
                                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS),
                                path -> !path.isEmpty()));
            }
        }
        assertThat(READ.get()).as("each prediction was read once").isEqualTo(PREDICTIONS);
        List<DomainMetrics> records = new ArrayList<>(PUBLISHED);
        Reference.assertSame(Reference.latest(records, WindowKind.ROLLING), Reference.rolling(ALL, Panes.of(OPTIONS)));
        Reference.assertSame(Reference.latest(records, WindowKind.CUMULATIVE), Reference.cumulative(ALL));
    }

    private static JobClient start(int parallelism, Optional<String> savepoint, double perSecond) throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("state.backend.type", "rocksdb");
        savepoint.ifPresent(path -> configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, path));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        env.setMaxParallelism(128);
        DataGeneratorSource<Prediction> source = new DataGeneratorSource<>(
                index -> {
                    READ.incrementAndGet();
                    return ALL.get(index.intValue());
                },
                PREDICTIONS,
                RateLimiterStrategy.perSecond(perSecond),
                AvroRecordType.of(Prediction.class));
        // A single reader: several would be at different event times, and the last of them late.
        DataStream<Prediction> predictions = env.fromSource(
                        source,
                        WatermarkStrategy.<Prediction>forBoundedOutOfOrderness(
                                        OPTIONS.watermarks().outOfOrderness())
                                .withTimestampAssigner((prediction, before) -> prediction.getEventTimeMs()),
                        "predictions")
                .setParallelism(1)
                .uid("predictions");
        MetricsTopology.build(predictions, OPTIONS)
                .map(MetricsRescalingTest::publish)
                .returns(AvroRecordType.of(DomainMetrics.class))
                .uid("published")
                .sinkTo(new DiscardingSink<>())
                .uid("nowhere");
        return env.executeAsync();
    }

    private static DomainMetrics publish(DomainMetrics metrics) {
        PUBLISHED.add(metrics);
        return metrics;
    }
}

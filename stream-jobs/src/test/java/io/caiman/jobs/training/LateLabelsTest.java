package io.caiman.jobs.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.feedback.LabelWait;
import io.caiman.jobs.options.JobCommandOptions;
import io.caiman.jobs.rows.RowStoreOptions;
import io.caiman.model.nn.ComputeDevice;
import io.caiman.model.spec.ModelSpec;
import io.caiman.model.spec.SpecReader;
import io.caiman.model.train.Pipeline;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Prediction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The training job with and without late labels, on a local cluster. */
class LateLabelsTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(1)
            .build());

    private static final ModelSpec SPEC = SpecReader.parse("test", """
            name: crocodile
            task: click
            domains: [a, b]
            features: [user, item, domain]
            embedding: {dimension: 4}
            experts: {count: 2, layers: [8, 4]}
            towers: [4]
            wide: {mode: per-impression}
            batch: {size: 8, max-wait-millis: 0}
            """);

    private static final TrainingOptions OPTIONS =
            new TrainingOptions(ComputeDevice.CPU, 0, new RowStoreOptions(1 << 20, 0, 2), Pipeline.EXACT);
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final long START = 1_700_000_000_000L;
    private static final RecordCodec<Impression> IMPRESSIONS = RecordCodec.of(Impression.class);
    private static final RecordCodec<Feedback> FEEDBACK = RecordCodec.of(Feedback.class);

    /** What a run has written and what it reads, by a name: sources and sinks travel to the cluster as copies. */
    private static final Map<String, Queue<Object>> WRITTEN = new ConcurrentHashMap<>();

    private static final Map<String, List<ConsumedRecord>> LOGS = new ConcurrentHashMap<>();

    private record Log(List<Impression> impressions, Map<String, Long> clicks) {}

    @Test
    void the_scores_are_those_of_a_log_that_has_the_settled_impressions_in_the_order_they_settle() throws Exception {
        Log log = log(203);
        LOGS.put("late-impressions", records("impressions", awaiting(log), IMPRESSIONS));
        List<ConsumedRecord> feedback = records("feedback", feedback(log), FEEDBACK);
        feedback.add(1, new ConsumedRecord("feedback", 1, 0, "noise".getBytes(StandardCharsets.UTF_8), false));
        LOGS.put("late-feedback", feedback);
        LOGS.put("settled-impressions", records("impressions", settled(log), IMPRESSIONS));

        run("late", true);
        run("settled", false);

        List<Prediction> late = written("late-predictions", Prediction.class);
        List<Prediction> expected = written("settled-predictions", Prediction.class);
        assertThat(late).hasSize(203);
        assertThat(late).extracting(Prediction::getScore).isEqualTo(scores(expected));
        assertThat(late).extracting(Prediction::getLabel).contains(true, false);
        assertThat(late)
                .extracting(prediction -> prediction.getImpressionId() + " " + prediction.getLabel())
                .isEqualTo(expected.stream()
                        .map(prediction -> prediction.getImpressionId() + " " + prediction.getLabel())
                        .toList());
        assertThat(late)
                .as("offsets are those of the log of impressions")
                .allMatch(prediction -> prediction.getImpressionId().equals("i" + prediction.getImpressionOffset()));
        assertThat(written("late-feedback-dead-letters", DeadLetter.class))
                .extracting(DeadLetter::getRefusedBy)
                .containsExactly("feedback for training crocodile");
        assertThat(written("late-dead-letters", DeadLetter.class)).isEmpty();
    }

    @Test
    void without_a_window_an_impression_that_awaits_its_label_is_a_dead_letter_that_names_the_remedy()
            throws Exception {
        LOGS.put("refused-impressions", records("impressions", awaiting(log(9)), IMPRESSIONS));

        run("refused", false);

        assertThat(written("refused-predictions", Prediction.class)).isEmpty();
        assertThat(written("refused-dead-letters", DeadLetter.class))
                .hasSize(9)
                .allMatch(letter -> letter.getReason().contains("--label-window"));
    }

    @Test
    void without_a_window_the_graph_has_one_source_and_the_ids_that_savepoints_know() {
        assertThat(uids(false))
                .containsExactlyInAnyOrder(
                        "impressions",
                        "trainer",
                        "new-predictions",
                        "predictions",
                        "new-model-health",
                        "model-health",
                        "new-row-tombstones",
                        "row-tombstones",
                        "new-dead-letters",
                        "dead-letters");
        assertThat(uids(true))
                .containsAll(uids(false))
                .contains("feedback", "feedback-joiner", "new-feedback-dead-letters", "feedback-dead-letters");
    }

    private static List<String> uids(boolean late) {
        LOGS.put("graph-impressions", List.of());
        LOGS.put("graph-feedback", List.of());
        return environment("graph", late).getStreamGraph().getStreamNodes().stream()
                .map(StreamNode::getTransformationUID)
                .map(uid -> uid.replaceFirst(": .*", ""))
                .distinct()
                .toList();
    }

    private static void run(String name, boolean late) throws Exception {
        environment(name, late).execute(name);
    }

    private static StreamExecutionEnvironment environment(String name, boolean late) {
        Configuration configuration = JobCommandOptions.forJob(Duration.ofMillis(50));
        StreamExecutionEnvironment env = TrainCommand.environment(configuration);
        Optional<LateLabels> labels = late
                ? Optional.of(new LateLabels(
                        new LabelWait(WINDOW, Optional.empty()),
                        source(name + "-feedback"),
                        () -> List.of(new TopicPartition("impressions", 0), new TopicPartition("feedback", 0)),
                        output(name + "-feedback-dead-letters")))
                : Optional.empty();
        TrainingTopology.build(
                env,
                source(name + "-impressions"),
                labels,
                SPEC,
                OPTIONS,
                output(name + "-predictions"),
                output(name + "-model-health"),
                output(name + "-row-tombstones"),
                output(name + "-dead-letters"));
        return env;
    }

    private static DataGeneratorSource<ConsumedRecord> source(String name) {
        return new DataGeneratorSource<>(
                at -> LOGS.getOrDefault(name, List.of()).get(at.intValue()),
                LOGS.getOrDefault(name, List.of()).size(),
                ConsumedRecord.type());
    }

    private static <T> Output<T> output(String name) {
        WRITTEN.put(name, new ConcurrentLinkedQueue<>());
        return new Output<>(record -> true, new Memory<>(name));
    }

    private static <T> List<T> written(String name, Class<T> type) {
        return WRITTEN.getOrDefault(name, new ConcurrentLinkedQueue<>()).stream()
                .map(type::cast)
                .toList();
    }

    private static List<Double> scores(List<Prediction> predictions) {
        return predictions.stream().map(Prediction::getScore).toList();
    }

    /** A second apart; a third of them is clicked within the window. */
    private static Log log(int count) {
        Random random = new Random(5);
        List<Impression> impressions = new ArrayList<>();
        Map<String, Long> clicks = new HashMap<>();
        for (int i = 0; i < count; i++) {
            long time = START + i * 1000L;
            impressions.add(new Impression(
                    "i" + i,
                    time,
                    "u" + random.nextInt(20),
                    "v" + random.nextInt(30),
                    random.nextBoolean() ? "a" : "b",
                    List.of(),
                    Map.of(),
                    Map.of(),
                    null,
                    List.of("click")));
            if (random.nextInt(3) == 0) {
                // Not at a whole second, where windows close.
                clicks.put("i" + i, time + 1 + 2L * random.nextInt(29_000));
            }
        }
        return new Log(impressions, clicks);
    }

    private static List<Impression> awaiting(Log log) {
        return log.impressions();
    }

    private static List<Feedback> feedback(Log log) {
        return log.impressions().stream()
                .filter(shown -> log.clicks().containsKey(shown.getId()))
                .map(shown -> new Feedback(shown.getId(), shown.getUser(), settledAt(log, shown), "click"))
                .sorted(Comparator.comparingLong(Feedback::getEventTimeMs))
                .toList();
    }

    private static long settledAt(Log log, Impression shown) {
        return log.clicks().getOrDefault(shown.getId(), shown.getEventTimeMs() + WINDOW.toMillis());
    }

    private static List<Impression> settled(Log log) {
        return log.impressions().stream()
                .sorted(Comparator.comparingLong(shown -> settledAt(log, shown)))
                .map(shown -> Impression.newBuilder(shown)
                        .setAwaited(List.of())
                        .setLabels(Map.of("click", log.clicks().containsKey(shown.getId())))
                        .build())
                .toList();
    }

    private static <T extends org.apache.avro.specific.SpecificRecordBase> List<ConsumedRecord> records(
            String topic, List<T> log, RecordCodec<T> codec) {
        List<ConsumedRecord> records = new ArrayList<>();
        for (T each : log) {
            records.add(new ConsumedRecord(topic, 0, records.size(), codec.encode(each), false));
        }
        records.add(new ConsumedRecord(topic, 0, records.size(), null, true));
        return records;
    }

    /** Writes into {@link #WRITTEN}. */
    private record Memory<T>(String name) implements Sink<T> {
        @Override
        public SinkWriter<T> createWriter(WriterInitContext context) {
            return new SinkWriter<>() {
                @Override
                public void write(T element, Context at) {
                    WRITTEN.computeIfAbsent(name, any -> new ConcurrentLinkedQueue<>())
                            .add(element);
                }

                @Override
                public void flush(boolean endOfInput) {}

                @Override
                public void close() {}
            };
        }
    }
}

package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.DeadLetters;
import io.caiman.jobs.connect.RecordCheck;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Impression;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.kafka.common.TopicPartition;

/** The joiner in Flink's test harness. */
final class JoinerHarness implements AutoCloseable {

    private static final int MAX_PARALLELISM = 128;

    /** By the clock, which stands still unless a test moves it. */
    static final Duration IDLENESS = Duration.ofSeconds(30);

    private static final Clock CLOCK =
            Clock.fixed(Instant.ofEpochMilli(Logs.START).plus(Duration.ofDays(30)), ZoneOffset.UTC);

    private final KeyedTwoInputStreamOperatorTestHarness<Integer, ConsumedRecord, ConsumedRecord, ConsumedRecord> flink;
    private final InterceptingOperatorMetricGroup metrics = new InterceptingOperatorMetricGroup();

    private JoinerHarness(
            List<String> tasks,
            long window,
            RecordCheck<Impression> check,
            List<TopicPartition> partitions,
            boolean rocks)
            throws Exception {
        FeedbackJoiner joiner = new FeedbackJoiner(
                tasks,
                new LabelWait(Duration.ofMillis(window), Optional.of(IDLENESS)),
                check,
                () -> partitions,
                "the joiner",
                CLOCK);
        flink = new KeyedTwoInputStreamOperatorTestHarness<>(
                joiner, record -> 0, record -> 0, Types.INT, MAX_PARALLELISM, 1, 0);
        if (rocks) {
            flink.setStateBackend(new EmbeddedRocksDBStateBackend());
        }
        flink.setup();
        // The harness takes no metric group, and the one it has forgets.
        var field = AbstractStreamOperator.class.getDeclaredField("metrics");
        field.setAccessible(true);
        field.set(flink.getOperator(), metrics);
    }

    static JoinerHarness start(long window, List<TopicPartition> partitions, boolean rocks) throws Exception {
        return start(window, RecordCheck.none(), partitions, rocks);
    }

    static JoinerHarness start(
            long window, RecordCheck<Impression> check, List<TopicPartition> partitions, boolean rocks)
            throws Exception {
        return start(List.of(Logs.TASK), window, check, partitions, rocks);
    }

    static JoinerHarness start(
            List<String> tasks,
            long window,
            RecordCheck<Impression> check,
            List<TopicPartition> partitions,
            boolean rocks)
            throws Exception {
        JoinerHarness harness = new JoinerHarness(tasks, window, check, partitions, rocks);
        harness.flink.open();
        return harness;
    }

    static JoinerHarness restore(
            long window, List<TopicPartition> partitions, boolean rocks, OperatorSubtaskState checkpoint)
            throws Exception {
        return restore(List.of(Logs.TASK), window, partitions, rocks, checkpoint);
    }

    static JoinerHarness restore(
            List<String> tasks,
            long window,
            List<TopicPartition> partitions,
            boolean rocks,
            OperatorSubtaskState checkpoint)
            throws Exception {
        JoinerHarness harness = new JoinerHarness(tasks, window, RecordCheck.none(), partitions, rocks);
        harness.flink.initializeState(checkpoint);
        harness.flink.open();
        return harness;
    }

    void send(List<ConsumedRecord> records) throws Exception {
        for (ConsumedRecord record : records) {
            send(record);
        }
    }

    void send(ConsumedRecord record) throws Exception {
        if (record.topic().equals(Logs.IMPRESSIONS)) {
            flink.processElement1(new StreamRecord<>(record));
        } else {
            flink.processElement2(new StreamRecord<>(record));
        }
    }

    /** Of both sources. */
    void watermarks(long ofImpressions, long ofFeedback) throws Exception {
        flink.processWatermark1(new Watermark(ofImpressions));
        flink.processWatermark2(new Watermark(ofFeedback));
    }

    /** In ms since the harness was started. */
    void clock(long time) throws Exception {
        flink.setProcessingTime(time);
    }

    void endInputs() throws Exception {
        flink.endAllInputs();
        flink.getOperator().finish();
    }

    OperatorSubtaskState snapshot() throws Exception {
        return flink.snapshot(1, 1);
    }

    /** What came out, with the times at which it did. */
    List<StreamRecord<ConsumedRecord>> output() {
        List<StreamRecord<ConsumedRecord>> all = new ArrayList<>();
        for (Object each : flink.getOutput()) {
            @SuppressWarnings("unchecked") // the joiner gives nothing else, in particular no watermarks
            StreamRecord<ConsumedRecord> record = (StreamRecord<ConsumedRecord>) each;
            all.add(record);
        }
        return all;
    }

    List<DeadLetter> deadLetters() {
        List<DeadLetter> letters = new ArrayList<>();
        var side = flink.getSideOutput(DeadLetters.TAG);
        if (side != null) {
            side.forEach(record -> letters.add(record.getValue()));
        }
        return letters;
    }

    /** Counters that are not 0. */
    Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        for (String name : List.of(
                FeedbackMetrics.LATE_FEEDBACK,
                FeedbackMetrics.ORPHAN_FEEDBACK,
                FeedbackMetrics.REPEATED_FEEDBACK,
                FeedbackMetrics.ANSWERED_IMPRESSIONS,
                FeedbackMetrics.UNANSWERED_IMPRESSIONS,
                DeadLetters.COUNTER)) {
            long count = ((Counter) metrics.get(name)).getCount();
            if (count > 0) {
                counts.put(name, count);
            }
        }
        return counts;
    }

    /** Entries of keyed state and timers; only of the heap state backend. */
    int stateEntries() {
        return flink.numKeyedStateEntries() + flink.numEventTimeTimers();
    }

    @Override
    @SuppressWarnings("try") // closing may be interrupted
    public void close() throws Exception {
        flink.close();
    }
}

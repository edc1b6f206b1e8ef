package io.caiman.jobs.feedback;

import static io.caiman.jobs.feedback.Logs.START;
import static io.caiman.jobs.feedback.Logs.awaiting;
import static io.caiman.jobs.feedback.Logs.click;
import static io.caiman.jobs.feedback.Logs.impression;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.RecordCheck;
import io.caiman.jobs.feedback.ReferenceJoin.Outcome;
import io.caiman.jobs.feedback.ReferenceJoin.Settled;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.TopicOrigin;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class FeedbackJoinerTest {

    private static final long WINDOW = 10;

    /** Short and long beside the logs; a long one has ids forgotten several at a time. */
    private static final long[] WINDOWS = {WINDOW, 1, 50, 700};

    /** Of a model of one task, and of one of two. */
    private static final List<List<String>> TASKS = List.of(List.of("click"), List.of("click", "like"));

    private static final RecordCodec<Impression> CODEC = RecordCodec.of(Impression.class);

    @Test
    void however_logs_are_interleaved_what_comes_out_is_what_a_slow_computation_gives() throws Exception {
        int settled = 0;
        for (int seed = 0; seed < 150; seed++) {
            long window = WINDOWS[seed % WINDOWS.length];
            Logs logs = Logs.random(seed, window);
            List<String> tasks = TASKS.get(seed / WINDOWS.length % 2);
            for (int way = 0; way < 8; way++) {
                settled += check(tasks, logs, window, 31L * seed + way, way % 2 == 0 ? 0 : 1 + way / 2, false);
            }
        }
        assertThat(settled).as("impressions compared").isGreaterThan(15_000);
    }

    @Test
    void the_same_on_rocksdb() throws Exception {
        for (int seed = 1000; seed < 1010; seed++) {
            long window = WINDOWS[seed % WINDOWS.length];
            Logs logs = Logs.random(seed, window);
            check(TASKS.get(seed % 2), logs, window, seed, 0, true);
            check(TASKS.get(seed % 2), logs, window, seed + 1, 2, true);
        }
    }

    /** Runs the logs, with as many restarts on the way, and compares with the reference; how many impressions there were. */
    private static int check(List<String> tasks, Logs logs, long window, long seed, int restarts, boolean rocks)
            throws Exception {
        List<ConsumedRecord> records = logs.interleaved(seed);
        Random random = new Random(seed);
        int[] stops = random.ints(restarts, 0, records.size() + 1).sorted().toArray();
        List<StreamRecord<ConsumedRecord>> output = new ArrayList<>();
        Map<String, Long> counts = new TreeMap<>();
        JoinerHarness harness = JoinerHarness.start(tasks, window, RecordCheck.none(), logs.partitions(), rocks);
        try {
            int at = 0;
            for (int stop : stops) {
                send(harness, records.subList(at, stop), random);
                at = stop;
                OperatorSubtaskState checkpoint = harness.snapshot();
                take(harness, output, counts);
                // Lost with the kill: it comes again.
                send(harness, records.subList(at, Math.min(records.size(), at + random.nextInt(30))), random);
                harness.close();
                harness = JoinerHarness.restore(tasks, window, logs.partitions(), rocks, checkpoint);
            }
            send(harness, records.subList(at, records.size()), random);
            take(harness, output, counts);
            if (!rocks) {
                assertThat(harness.stateEntries())
                        .as("left behind, seed %d", seed)
                        .isZero();
            }
        } finally {
            harness.close();
        }
        ReferenceJoin reference = new ReferenceJoin(logs, tasks, window);
        StreamRecord<ConsumedRecord> last = output.remove(output.size() - 1);
        assertThat(last.getValue().endOfLog()).isTrue();
        assertThat(settled(logs, output)).as("seed %d", seed).isEqualTo(reference.settled());
        assertThat(counts).as("seed %d", seed).isEqualTo(reference.counts());
        return output.size();
    }

    /** With watermarks anywhere in between, which must not matter. */
    private static void send(JoinerHarness harness, List<ConsumedRecord> records, Random random) throws Exception {
        for (ConsumedRecord record : records) {
            harness.send(record);
            if (random.nextInt(4) == 0) {
                harness.watermarks(START + random.nextInt(100), START + random.nextInt(100));
            }
        }
    }

    private static void take(
            JoinerHarness harness, List<StreamRecord<ConsumedRecord>> output, Map<String, Long> counts) {
        output.addAll(harness.output());
        harness.counts().forEach((name, count) -> counts.merge(name, count, Long::sum));
    }

    private static List<Settled> settled(Logs logs, List<StreamRecord<ConsumedRecord>> output) throws Exception {
        List<Settled> settled = new ArrayList<>();
        for (StreamRecord<ConsumedRecord> each : output) {
            ConsumedRecord record = each.getValue();
            Logs.Entry original = logs.impressions().get(record.partition()).get((int) record.offset());
            byte[] value = record.value().orElseThrow();
            Map<String, Boolean> labels = new TreeMap<>();
            if (!Arrays.equals(value, original.bytes())) {
                labels.putAll(CODEC.decode(value).getLabels());
                labels.keySet()
                        .removeAll(((Logs.Entry.Shown) original)
                                .impression()
                                .getLabels()
                                .keySet());
            }
            settled.add(new Settled(each.getTimestamp(), record.partition(), record.offset(), new Outcome(labels)));
        }
        return settled;
    }

    @Test
    void an_impression_goes_on_when_feedback_comes_or_its_window_has_passed_and_keeps_its_place() throws Exception {
        Logs logs = new Logs(1, 1)
                .show(0, awaiting("clicked", 0))
                .show(0, awaiting("not", 1))
                .show(0, impression("known", START + 2, Map.of("click", false), List.of()))
                .give(0, click("clicked", 7))
                .end();

        List<StreamRecord<ConsumedRecord>> output = run(logs);

        assertThat(settled(logs, output.subList(0, 3)))
                .containsExactly(
                        new Settled(START + 2, 0, 2, Outcome.AS_IT_IS),
                        new Settled(START + 7, 0, 0, Outcome.POSITIVE),
                        new Settled(START + 1 + WINDOW, 0, 1, Outcome.NEGATIVE));
        assertThat(output).hasSize(4);
        assertThat(output.get(3).getValue().endOfLog()).isTrue();
    }

    @Test
    void with_several_tasks_an_impression_goes_on_with_its_last_label() throws Exception {
        List<String> both = List.of("click", "like");
        Logs logs = new Logs(1, 1)
                .show(0, impression("both", START, Map.of(), both))
                .show(0, impression("one", START + 1, Map.of(), both))
                .show(0, impression("known", START + 2, Map.of("like", false), List.of("click")))
                .give(0, click("both", 3))
                .give(0, click("known", 4))
                .give(0, new Feedback("one", "u", START + 5, "like"))
                .give(0, new Feedback("both", "u", START + 6, "like"))
                .end();
        try (JoinerHarness harness = JoinerHarness.start(both, WINDOW, RecordCheck.none(), logs.partitions(), false)) {
            harness.send(logs.interleaved(1));

            assertThat(settled(logs, harness.output().subList(0, 3)))
                    .containsExactly(
                            new Settled(START + 4, 0, 2, Outcome.POSITIVE),
                            new Settled(START + 6, 0, 0, new Outcome(Map.of("click", true, "like", true))),
                            new Settled(START + 1 + WINDOW, 0, 1, new Outcome(Map.of("click", false, "like", true))));
        }
    }

    @Test
    void nothing_but_the_label_of_the_task_changes() throws Exception {
        Impression shown = impression("i", START, Map.of("like", true), List.of("share", "click"));
        Logs logs = new Logs(1, 1).show(0, shown).give(0, click("i", 3)).end();

        byte[] settled = run(logs).get(0).getValue().value().orElseThrow();

        assertThat(CODEC.decode(settled))
                .isEqualTo(Impression.newBuilder(shown)
                        .setLabels(Map.of("like", true, "click", true))
                        .setAwaited(List.of("share"))
                        .build());
    }

    @Test
    void what_a_window_ends_with_is_in_it_and_one_millisecond_later_is_late() throws Exception {
        Logs logs = new Logs(1, 1)
                .show(0, awaiting("in", 0))
                .show(0, awaiting("out", 0))
                .give(0, click("in", WINDOW))
                .give(0, click("out", WINDOW + 1))
                .give(0, click("out", 2 * WINDOW))
                .give(0, click("out", 2 * WINDOW + 1))
                .end();
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, logs.partitions(), false)) {
            harness.send(logs.interleaved(1));

            assertThat(settled(logs, harness.output().subList(0, 2)))
                    .containsExactly(
                            new Settled(START + WINDOW, 0, 0, Outcome.POSITIVE),
                            new Settled(START + WINDOW, 0, 1, Outcome.NEGATIVE));
            assertThat(harness.counts())
                    .containsEntry(FeedbackMetrics.LATE_FEEDBACK, 2L)
                    .containsEntry(FeedbackMetrics.ORPHAN_FEEDBACK, 1L);
        }
    }

    @Test
    void nothing_goes_on_before_every_partition_of_both_topics_has_been_read_beyond_it() throws Exception {
        Logs logs = new Logs(2, 1)
                .show(0, awaiting("a", 0))
                .show(0, awaiting("later", 5 * WINDOW))
                .show(1, awaiting("b", WINDOW + 1))
                .give(0, click("x", WINDOW))
                .give(0, click("y", WINDOW + 1));
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, logs.partitions(), false)) {
            List<List<ConsumedRecord>> records = logs.records();
            harness.send(records.get(0));
            harness.send(records.get(1));
            assertThat(harness.output()).isEmpty();

            harness.send(records.get(2).get(0));
            assertThat(harness.output()).isEmpty();

            harness.send(records.get(2).get(1));
            assertThat(settled(logs, harness.output()))
                    .containsExactly(new Settled(START + WINDOW, 0, 0, Outcome.NEGATIVE));
        }
    }

    @Test
    void a_partition_that_has_ended_holds_back_nobody_also_after_a_restart() throws Exception {
        Logs logs = new Logs(1, 1).show(0, awaiting("a", 0)).show(0, awaiting("b", WINDOW + 1));
        OperatorSubtaskState checkpoint;
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, logs.partitions(), true)) {
            harness.send(new ConsumedRecord(Logs.FEEDBACK, 0, 0, null, true));
            checkpoint = harness.snapshot();
        }
        try (JoinerHarness harness = JoinerHarness.restore(WINDOW, logs.partitions(), true, checkpoint)) {
            harness.send(logs.records().get(0));

            assertThat(settled(logs, harness.output()))
                    .containsExactly(new Settled(START + WINDOW, 0, 0, Outcome.NEGATIVE));
        }
    }

    @Test
    void a_quiet_partition_is_passed_over_after_a_while_of_the_clock_and_loses_nothing() throws Exception {
        Logs logs = new Logs(2, 1)
                .show(0, awaiting("a", 0))
                .show(0, awaiting("b", 1))
                .give(0, click("x", 100))
                .show(0, awaiting("c", 100))
                .show(1, awaiting("slow", 3))
                .end();
        long idle = JoinerHarness.IDLENESS.toMillis();
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, logs.partitions(), false)) {
            harness.send(logs.records().get(0).subList(0, 3));
            harness.clock(idle - 1);
            assertThat(harness.output()).isEmpty();

            harness.clock(idle);
            assertThat(harness.output())
                    .as("nothing is known of feedback but that it is quiet")
                    .hasSize(2);
            harness.send(logs.records().get(2));
            harness.clock(2 * idle);
            assertThat(harness.output()).as("partition 0 is quiet, too").hasSize(2);

            harness.send(logs.records().get(1));
            harness.send(logs.records().get(0).get(3));
            assertThat(settled(logs, harness.output().subList(0, 4)))
                    .containsExactly(
                            new Settled(START + WINDOW, 0, 0, Outcome.NEGATIVE),
                            new Settled(START + 1 + WINDOW, 0, 1, Outcome.NEGATIVE),
                            new Settled(START + 100 + WINDOW, 0, 2, Outcome.NEGATIVE),
                            new Settled(START + 100 + WINDOW, 1, 0, Outcome.NEGATIVE));
            assertThat(harness.output()).hasSize(5);
        }
    }

    @Test
    void a_log_that_goes_on_after_its_end_begins_anew() throws Exception {
        Logs first = new Logs(1, 1).show(0, awaiting("a", 0)).end();
        Logs second =
                new Logs(1, 1).show(0, awaiting("a", 3)).give(0, click("a", 5)).end();
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, first.partitions(), false)) {
            harness.send(first.interleaved(1));
            harness.send(second.interleaved(1));

            assertThat(harness.output())
                    .extracting(each -> each.getValue().endOfLog())
                    .containsExactly(false, true, false, true);
            assertThat(harness.output().get(2).getTimestamp()).isEqualTo(START + 5);
            assertThat(harness.stateEntries()).isZero();
        }
    }

    @Test
    void what_comes_after_the_end_of_its_partition_goes_on_too() throws Exception {
        Logs logs = new Logs(2, 1)
                .show(1, awaiting("c", 4))
                .show(1, awaiting("d", 5))
                .give(0, click("b", 2))
                .end();
        logs.show(0, awaiting("a", 1)).show(0, awaiting("b", 1));
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, logs.partitions(), false)) {
            for (int partition : new int[] {0, 2, 1}) {
                harness.send(logs.records().get(partition));
            }

            assertThat(harness.output())
                    .extracting(each -> each.getValue().toString())
                    .containsExactly(
                            "impressions-1@0",
                            "impressions-1@1",
                            "impressions-0@1",
                            "impressions-0@2",
                            FeedbackJoiner.NAME + "-0@0");
            assertThat(harness.stateEntries()).isZero();
        }
    }

    @Test
    void an_impression_that_a_log_repeats_goes_on_as_often() throws Exception {
        Logs logs = new Logs(1, 1)
                .show(0, awaiting("i", 0))
                .show(0, awaiting("i", 1))
                .give(0, click("i", 3))
                .show(0, awaiting("i", 4))
                .show(0, awaiting("j", 0))
                .show(0, awaiting("j", 1))
                .end();

        List<StreamRecord<ConsumedRecord>> output = run(logs);

        assertThat(settled(logs, output.subList(0, 5)))
                .containsExactly(
                        new Settled(START + 3, 0, 0, Outcome.POSITIVE),
                        new Settled(START + 3, 0, 1, Outcome.POSITIVE),
                        new Settled(START + 4, 0, 2, Outcome.POSITIVE),
                        new Settled(START + 4 + WINDOW, 0, 3, Outcome.NEGATIVE),
                        new Settled(START + 4 + WINDOW, 0, 4, Outcome.NEGATIVE));
    }

    @Test
    void a_partition_found_while_the_logs_are_read_counts_from_then_on_and_loses_nothing() throws Exception {
        Logs logs = new Logs(2, 1)
                .show(0, awaiting("a", 50))
                .show(1, awaiting("b", 0))
                .give(0, click("x", 50))
                .end();
        List<TopicPartition> known =
                List.of(new TopicPartition(Logs.IMPRESSIONS, 0), new TopicPartition(Logs.FEEDBACK, 0));
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, known, false)) {
            harness.send(logs.records().get(0).get(0));
            harness.send(logs.records().get(2).get(0));
            for (int partition : new int[] {1, 0, 2}) {
                List<ConsumedRecord> log = logs.records().get(partition);
                harness.send(log.subList(partition == 1 ? 0 : 1, log.size()));
            }

            assertThat(settled(logs, harness.output().subList(0, 2)))
                    .containsExactly(
                            new Settled(START + 50 + WINDOW, 0, 0, Outcome.NEGATIVE),
                            new Settled(START + 50 + WINDOW, 1, 0, Outcome.NEGATIVE));
        }
    }

    @Test
    void feedback_that_cannot_be_read_is_a_dead_letter_with_its_place_and_bytes() throws Exception {
        byte[] noise = "noise".getBytes(StandardCharsets.UTF_8);
        Logs logs = new Logs(1, 1).give(0, click("i", Long.MAX_VALUE - START));
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, logs.partitions(), false)) {
            harness.send(new ConsumedRecord(Logs.FEEDBACK, 3, 70, noise, false));
            harness.send(new ConsumedRecord(Logs.FEEDBACK, 3, 71, null, false));
            harness.send(logs.records().get(1).get(0));

            List<DeadLetter> letters = harness.deadLetters();
            assertThat(letters.get(0).getOrigin()).isEqualTo(new TopicOrigin(Logs.FEEDBACK, 3, 70L));
            assertThat(letters.get(0).getValue()).isEqualTo(ByteBuffer.wrap(noise));
            assertThat(letters).allMatch(letter -> letter.getRefusedBy().equals("the joiner"));
            assertThat(letters)
                    .extracting(DeadLetter::getReason)
                    .satisfiesExactly(
                            reason -> assertThat(reason).contains("expected the header of a Feedback"),
                            reason -> assertThat(reason).contains("no value"),
                            reason -> assertThat(reason).contains("event time"));
            assertThat(harness.counts()).containsOnly(Map.entry("deadLetters", 3L));
        }
    }

    @Test
    void an_impression_that_is_of_no_use_with_a_label_either_goes_on_as_it_is() throws Exception {
        Logs logs = new Logs(1, 1).show(0, awaiting("i", 0)).end();
        RecordCheck<Impression> refusing = impression -> Optional.of("of no use");
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, refusing, logs.partitions(), false)) {
            harness.send(logs.interleaved(1));

            assertThat(settled(logs, harness.output().subList(0, 1)))
                    .containsExactly(new Settled(START, 0, 0, Outcome.AS_IT_IS));
        }
    }

    @Test
    void sources_that_end_without_saying_so_let_everything_go_on() throws Exception {
        Logs logs = new Logs(1, 1)
                .show(0, awaiting("a", 0))
                .show(0, awaiting("b", 1))
                .give(0, click("b", 2));
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, logs.partitions(), false)) {
            harness.send(logs.interleaved(1));
            harness.endInputs();

            assertThat(settled(logs, harness.output()))
                    .containsExactly(
                            new Settled(START + 2, 0, 1, Outcome.POSITIVE),
                            new Settled(START + WINDOW, 0, 0, Outcome.NEGATIVE));
        }
    }

    @Test
    void a_window_of_nothing_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LabelWait(Duration.ZERO, Optional.empty()))
                .withMessageContaining("1 ms");
    }

    private static List<StreamRecord<ConsumedRecord>> run(Logs logs) throws Exception {
        try (JoinerHarness harness = JoinerHarness.start(WINDOW, logs.partitions(), false)) {
            harness.send(logs.interleaved(1));
            return harness.output();
        }
    }
}

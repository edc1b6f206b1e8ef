package io.caiman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caiman.replay.dataset.BadLineLimit;
import io.caiman.replay.dataset.Dataset;
import io.caiman.replay.dataset.DatasetOptions;
import io.caiman.replay.dataset.DelayedLabels;
import io.caiman.replay.dataset.ImpressionSource;
import io.caiman.replay.dataset.LabelDelays;
import io.caiman.replay.dataset.LoopedLog;
import io.caiman.replay.dataset.PreparedLog;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.DeadLetter;
import io.caiman.schemas.avro.FileOrigin;
import io.caiman.schemas.avro.Impression;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReplayTest {

    private static final byte[] END_OF_LOG = {};

    @TempDir
    Path folder;

    /** The process was killed. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Topics that outlive the replay; each send reaches its partition late, and not at all once the replay is killed. */
    private static final class Topic {
        final List<List<byte[]>> partitions = new ArrayList<>();
        final List<List<byte[]>> feedback = new ArrayList<>();
        final List<DeadLetter> letters = new ArrayList<>();
        long keptFromMs = Long.MIN_VALUE;

        Topic(int partitions) {
            for (int i = 0; i < partitions; i++) {
                this.partitions.add(new ArrayList<>());
                this.feedback.add(new ArrayList<>());
            }
        }

        ReplayTarget target(Random random, int killedAfter) {
            return new Target(this, random, killedAfter);
        }

        List<List<byte[]>> of(ReplayTarget.Kind kind) {
            return kind == ReplayTarget.Kind.IMPRESSIONS ? partitions : feedback;
        }

        List<String> ids() throws Exception {
            RecordCodec<Impression> codec = RecordCodec.of(Impression.class);
            List<String> ids = new ArrayList<>();
            for (List<byte[]> partition : partitions) {
                for (byte[] value : partition) {
                    if (value.length > 0) {
                        ids.add(codec.decode(value).getId());
                    }
                }
            }
            return ids;
        }
    }

    private static final class Target implements ReplayTarget {
        private final Topic topic;
        private final Random random;
        private final Map<Kind, List<Held>> held = new EnumMap<>(Kind.class);
        private final Map<Kind, List<Deque<byte[]>>> inFlight = new EnumMap<>(Kind.class);
        private final Deque<DeadLetter> lettersInFlight = new ArrayDeque<>();
        private int sendsLeft;

        Target(Topic topic, Random random, int killedAfter) {
            this.topic = topic;
            this.random = random;
            this.sendsLeft = killedAfter;
            for (Kind kind : Kind.values()) {
                held.put(kind, topic.of(kind).stream().map(Target::held).toList());
                inFlight.put(
                        kind,
                        topic.of(kind).stream()
                                .<Deque<byte[]>>map(partition -> new ArrayDeque<>())
                                .toList());
            }
        }

        private static Held held(List<byte[]> partition) {
            return partition.isEmpty()
                    ? Held.NOTHING
                    : new Held(
                            partition.size(),
                            fingerprint(partition.get(0)),
                            fingerprint(partition.get(partition.size() - 1)));
        }

        private static long fingerprint(byte[] value) {
            return value.length == 0 ? END_OF_LOG : ReplayTarget.fingerprint(value);
        }

        private void send(Runnable append) {
            if (sendsLeft-- == 0) {
                throw new Killed();
            }
            append.run();
            inFlight.forEach((kind, partitions) -> {
                for (int i = 0; i < partitions.size(); i++) {
                    while (!partitions.get(i).isEmpty() && random.nextInt(20) > 0) {
                        topic.of(kind).get(i).add(partitions.get(i).remove());
                    }
                }
            });
            while (!lettersInFlight.isEmpty() && random.nextInt(3) > 0) {
                topic.letters.add(lettersInFlight.remove());
            }
        }

        @Override
        public String topic(Kind kind) {
            return kind == Kind.IMPRESSIONS ? "impressions" : "feedback";
        }

        @Override
        public List<Held> held(Kind kind) {
            return held.getOrDefault(kind, List.of());
        }

        @Override
        public boolean holds(FileOrigin badLine) {
            return topic.letters.stream().anyMatch(letter -> letter.getOrigin().equals(badLine));
        }

        @Override
        public long keptFromMs() {
            return topic.keptFromMs;
        }

        @Override
        public void send(Kind kind, int partition, byte[] user, byte[] record, long eventTimeMs) {
            send(() -> Objects.requireNonNull(inFlight.get(kind)).get(partition).add(record));
        }

        @Override
        public void sendEndOfLog(Kind kind, int partition, long eventTimeMs) {
            send(() -> Objects.requireNonNull(inFlight.get(kind)).get(partition).add(ReplayTest.END_OF_LOG));
        }

        @Override
        public void sendBadLine(DeadLetter letter) {
            send(() -> lettersInFlight.add(letter));
        }

        @Override
        public void flush() {
            inFlight.forEach((kind, partitions) -> {
                for (int i = 0; i < partitions.size(); i++) {
                    topic.of(kind).get(i).addAll(partitions.get(i));
                }
            });
            topic.letters.addAll(lettersInFlight);
        }

        @Override
        public void close() {}
    }

    private ImpressionSource log() throws IOException {
        Path ratings = folder.resolve("ratings.csv");
        if (!Files.exists(ratings)) {
            Files.writeString(folder.resolve("movies.csv"), "movieId,title,genres\n1,A (1990),Comedy\n");
            Random random = new Random(1);
            List<String> lines = new ArrayList<>(List.of("userId,movieId,rating,timestamp"));
            for (int i = 0; i < 2_000; i++) {
                int movie = i % 40 == 0 ? 2 : 1;
                lines.add(random.nextInt(50) + "," + movie + ",4," + (1 + random.nextInt(500)));
            }
            Files.write(ratings, lines);
        }
        return Dataset.MOVIELENS.open(DatasetOptions.of(folder));
    }

    private static ReplaySummary replay(ImpressionSource source, ReplayTarget target) throws InterruptedException {
        return replay(source, target, BadLineLimit.NONE);
    }

    private static ReplaySummary replay(ImpressionSource source, ReplayTarget target, BadLineLimit limit)
            throws InterruptedException {
        try (source) {
            Pacer pacer = new Pacer(Pace.MAX, Duration.ZERO, () -> 0, nanos -> {});
            return new Replay(source, target, limit, pacer, OptionalLong::empty, ReplayListener.SILENT, () -> 0).run();
        }
    }

    private static ReplaySummary replayAll(ImpressionSource source, Topic topic) throws InterruptedException {
        return replay(source, topic.target(new Random(0), Integer.MAX_VALUE));
    }

    /** What can be replayed, and killed while it is. */
    enum Source {
        LOG {
            @Override
            ImpressionSource of(ImpressionSource log, Path folder) {
                return log;
            }
        },
        PREPARED {
            @Override
            ImpressionSource of(ImpressionSource log, Path folder) {
                Path prepared = folder.resolve("prepared");
                if (!Files.exists(prepared)) {
                    PreparedLog.write(log, BadLineLimit.NONE, prepared, entries -> {});
                }
                log.close();
                return Dataset.PREPARED.open(DatasetOptions.of(prepared));
            }
        },
        LOOPED {
            @Override
            ImpressionSource of(ImpressionSource log, Path folder) {
                log.close();
                return new LoopedLog(() -> Dataset.MOVIELENS.open(DatasetOptions.of(folder)), OptionalLong.of(3));
            }
        },
        DELAYED_LABELS {
            @Override
            ImpressionSource of(ImpressionSource log, Path folder) {
                return new DelayedLabels(log, LabelDelays.parse(List.of("exp:10s"), 5));
            }
        };

        abstract ImpressionSource of(ImpressionSource log, Path folder);
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void a_replay_killed_again_and_again_leaves_what_one_run_would(Source source) throws Exception {
        Topic whole = new Topic(3);
        ReplaySummary uninterrupted = replayAll(source.of(log(), folder), whole);
        assertThat(uninterrupted.sent()).isEqualTo(source == Source.LOOPED ? 3 * 1_950 : 1_950);
        assertThat(whole.ids()).doesNotHaveDuplicates();
        assertThat(whole.letters).hasSize(50);
        assertThat(whole.feedback.stream().mapToInt(List::size).sum())
                .isEqualTo(source == Source.DELAYED_LABELS ? 1_950 + 3 : 0);

        Topic topic = new Topic(3);
        Random random = new Random(9);
        int kills = 0;
        boolean finished = false;
        while (!finished) {
            try {
                replay(source.of(log(), folder), topic.target(random, random.nextInt(200)));
                finished = true;
            } catch (Killed e) {
                kills++;
            }
        }

        assertThat(kills).isGreaterThan(10);
        for (ReplayTarget.Kind kind : ReplayTarget.Kind.values()) {
            for (int partition = 0; partition < 3; partition++) {
                assertThat(topic.of(kind).get(partition))
                        .usingElementComparator(Arrays::compare)
                        .containsExactlyElementsOf(whole.of(kind).get(partition));
            }
        }
        assertThat(topic.letters).isEqualTo(whole.letters);
    }

    @Test
    void a_prepared_log_is_sent_byte_for_byte_as_the_log_itself() throws Exception {
        Topic unprepared = new Topic(3);
        replayAll(log(), unprepared);

        ReplaySummary again = replayAll(Source.PREPARED.of(log(), folder), unprepared);

        assertThat(again.sent()).isZero();
        assertThat(again.alreadyThere()).isEqualTo(1_950);
        Topic prepared = new Topic(3);
        replayAll(Source.PREPARED.of(log(), folder), prepared);
        for (int partition = 0; partition < 3; partition++) {
            assertThat(prepared.partitions.get(partition))
                    .usingElementComparator(Arrays::compare)
                    .containsExactlyElementsOf(unprepared.partitions.get(partition));
        }
    }

    @Test
    void a_log_with_too_many_bad_lines_sends_them_and_no_impression() throws Exception {
        Topic topic = new Topic(2);
        ReplayTarget target = topic.target(new Random(0), Integer.MAX_VALUE);
        assertThatThrownBy(() -> replay(log(), target, BadLineLimit.parse("2.4%")))
                .isInstanceOf(ReplayException.class)
                .hasMessageContaining("50 of 2,000 lines")
                .hasMessageContaining("--max-bad 2.4%");
        assertThat(topic.letters).hasSize(50);
        assertThat(topic.partitions).allMatch(List::isEmpty);

        assertThat(replay(log(), topic.target(new Random(0), Integer.MAX_VALUE), BadLineLimit.parse("2.5 %"))
                        .sent())
                .isEqualTo(1_950);
        assertThat(topic.letters).hasSize(50);
    }

    @Test
    void a_limit_of_bad_lines_is_a_percentage() {
        assertThat(BadLineLimit.parse("0%")).isEqualTo(new BadLineLimit(0));
        assertThat(BadLineLimit.parse("100%")).isEqualTo(BadLineLimit.NONE);
        for (String wrong : List.of("0.1", "101%", "-1%", "few", "")) {
            assertThatThrownBy(() -> BadLineLimit.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void every_partition_ends_with_one_end_of_log_and_keeps_each_user_in_order() throws Exception {
        Topic topic = new Topic(4);
        replayAll(log(), topic);

        RecordCodec<Impression> codec = RecordCodec.of(Impression.class);
        Map<String, Integer> partitionOfUser = new HashMap<>();
        for (int number = 0; number < 4; number++) {
            List<byte[]> partition = topic.partitions.get(number);
            assertThat(partition).filteredOn(value -> value.length == 0).hasSize(1);
            assertThat(partition.get(partition.size() - 1)).isEmpty();
            long time = 0;
            for (byte[] value : partition.subList(0, partition.size() - 1)) {
                Impression impression = codec.decode(value);
                assertThat(impression.getEventTimeMs()).isGreaterThanOrEqualTo(time);
                time = impression.getEventTimeMs();
                Integer before = partitionOfUser.put(impression.getUser(), number);
                assertThat(before).isIn(null, number);
            }
        }
        assertThat(topic.ids()).hasSize(1_950).doesNotHaveDuplicates();
    }

    @Test
    void a_topic_that_holds_the_whole_log_gets_nothing_more() throws Exception {
        Topic topic = new Topic(2);
        replayAll(log(), topic);

        ReplaySummary again = replayAll(log(), topic);

        assertThat(again.sent()).isZero();
        assertThat(again.alreadyThere()).isEqualTo(1_950);
        assertThat(topic.ids()).hasSize(1_950);
        assertThat(topic.letters).hasSize(50);
    }

    @Test
    void a_topic_that_holds_something_else_is_refused() throws Exception {
        for (DatasetOptions other : List.of(
                DatasetOptions.ofSynthetic().withLimit(10),
                DatasetOptions.ofSynthetic().withLimit(1_000),
                DatasetOptions.ofSynthetic().withLimit(3_000))) {
            Topic topic = new Topic(2);
            replayAll(Dataset.SYNTHETIC.open(other), topic);
            List<String> before = topic.ids();

            assertThatThrownBy(() -> replayAll(log(), topic))
                    .isInstanceOf(ReplayException.class)
                    .hasMessageContaining("topic impressions, partition")
                    .hasMessageContaining("--topic-prefix");
            assertThat(topic.ids()).containsAll(before);
        }
    }

    @Test
    void the_same_log_with_another_limit_is_something_else() throws Exception {
        Topic topic = new Topic(1);
        replayAll(Dataset.MOVIELENS.open(limited(500)), topic);

        assertThatThrownBy(() -> replayAll(log(), topic)).hasMessageContaining("not from this log with these options");
        assertThatThrownBy(() -> replayAll(Dataset.MOVIELENS.open(limited(400)), topic))
                .hasMessageContaining("not from this log with these options");
        assertThat(topic.partitions.get(0)).hasSize(501);
    }

    private DatasetOptions limited(long limit) throws IOException {
        log().close();
        return DatasetOptions.of(folder).withLimit(limit);
    }

    @Test
    void a_topic_that_would_delete_by_event_time_is_refused() throws IOException {
        Topic topic = new Topic(1);
        topic.keptFromMs = 1_600_000_000_000L;

        assertThatThrownBy(() -> replayAll(log(), topic))
                .isInstanceOf(ReplayException.class)
                .hasMessageContaining("retention.ms=-1");
        assertThat(topic.partitions.get(0)).isEmpty();
    }

    @Test
    void an_interrupt_stops_the_replay() throws IOException {
        Topic topic = new Topic(1);
        ImpressionSource source = log();
        source.prepare(linesRead -> {});
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> replayAll(source, topic)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void users_go_where_kafkas_own_partitioner_sends_them() {
        // From Kafka's own console producer: murmur2 of the key, as documented for its default partitioner.
        assertThat(Replay.partition("foobar".getBytes(StandardCharsets.UTF_8), 1_000_000))
                .isEqualTo((-790332482 & 0x7fffffff) % 1_000_000);
    }
}

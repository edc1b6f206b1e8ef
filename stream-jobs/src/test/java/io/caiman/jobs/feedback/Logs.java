package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Impression;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;

/** Logs of impressions and of feedback, by partition, as a reference computation and the joiner see them. */
final class Logs {

    static final String IMPRESSIONS = "impressions";
    static final String FEEDBACK = "feedback";
    static final String TASK = "click";
    static final long START = 1_700_000_000_000L;

    private static final RecordCodec<Impression> IMPRESSION_CODEC = RecordCodec.of(Impression.class);
    private static final RecordCodec<Feedback> FEEDBACK_CODEC = RecordCodec.of(Feedback.class);
    private static final byte[] NOISE = "noise".getBytes(StandardCharsets.UTF_8);

    /** What a record of a log says. */
    sealed interface Entry {
        record Shown(Impression impression) implements Entry {}

        record Given(Feedback feedback) implements Entry {}

        record Noise() implements Entry {}

        record End() implements Entry {}

        default byte[] bytes() {
            if (this instanceof Shown shown) {
                return IMPRESSION_CODEC.encode(shown.impression());
            } else if (this instanceof Given given) {
                return FEEDBACK_CODEC.encode(given.feedback());
            } else {
                return NOISE;
            }
        }
    }

    private final List<List<Entry>> impressions = new ArrayList<>();
    private final List<List<Entry>> feedback = new ArrayList<>();

    Logs(int impressionPartitions, int feedbackPartitions) {
        for (int i = 0; i < impressionPartitions; i++) {
            impressions.add(new ArrayList<>());
        }
        for (int i = 0; i < feedbackPartitions; i++) {
            feedback.add(new ArrayList<>());
        }
    }

    /** By partition. */
    List<List<Entry>> impressions() {
        return impressions;
    }

    /** By partition. */
    List<List<Entry>> feedback() {
        return feedback;
    }

    Logs show(int partition, Impression impression) {
        impressions.get(partition).add(new Entry.Shown(impression));
        return this;
    }

    Logs give(int partition, Feedback given) {
        feedback.get(partition).add(new Entry.Given(given));
        return this;
    }

    Logs end() {
        impressions.forEach(log -> log.add(new Entry.End()));
        feedback.forEach(log -> log.add(new Entry.End()));
        return this;
    }

    List<TopicPartition> partitions() {
        List<TopicPartition> all = new ArrayList<>();
        for (int i = 0; i < impressions.size(); i++) {
            all.add(new TopicPartition(IMPRESSIONS, i));
        }
        for (int i = 0; i < feedback.size(); i++) {
            all.add(new TopicPartition(FEEDBACK, i));
        }
        return all;
    }

    /** All records, partition by partition, as a source would give them. */
    List<List<ConsumedRecord>> records() {
        List<List<ConsumedRecord>> all = new ArrayList<>();
        for (int i = 0; i < impressions.size(); i++) {
            all.add(records(IMPRESSIONS, i, impressions.get(i)));
        }
        for (int i = 0; i < feedback.size(); i++) {
            all.add(records(FEEDBACK, i, feedback.get(i)));
        }
        return all;
    }

    private static List<ConsumedRecord> records(String topic, int partition, List<Entry> log) {
        List<ConsumedRecord> records = new ArrayList<>();
        for (Entry entry : log) {
            boolean end = entry instanceof Entry.End;
            records.add(new ConsumedRecord(topic, partition, records.size(), end ? null : entry.bytes(), end));
        }
        return records;
    }

    /** One of the ways to interleave the partitions: some take turns, others drain one long before another. */
    List<ConsumedRecord> interleaved(long seed) {
        Random random = new Random(seed);
        List<List<ConsumedRecord>> left = new ArrayList<>();
        records().forEach(log -> left.add(new ArrayList<>(log)));
        double[] haste = left.stream()
                .mapToDouble(log -> Math.pow(random.nextDouble(), 1 + 4 * random.nextInt(4)))
                .toArray();
        List<ConsumedRecord> all = new ArrayList<>();
        while (left.stream().anyMatch(log -> !log.isEmpty())) {
            int next = 0;
            double soonest = Double.POSITIVE_INFINITY;
            for (int i = 0; i < left.size(); i++) {
                double wait = -Math.log(random.nextDouble()) / haste[i];
                if (!left.get(i).isEmpty() && wait < soonest) {
                    next = i;
                    soonest = wait;
                }
            }
            all.add(left.get(next).remove(0));
        }
        return all;
    }

    /** Small logs with everything that can go wrong, and many things at the same time. */
    static Logs random(long seed, long window) {
        Random random = new Random(seed);
        Logs logs = new Logs(1 + random.nextInt(3), 1 + random.nextInt(3));
        long span = random.nextLong(1, 60);
        List<Feedback> given = new ArrayList<>();
        List<Long> times = sortedTimes(random, 40, span);
        for (int i = 0; i < times.size(); i++) {
            String id = "i" + random.nextInt(1000) + "-" + i;
            int partition = random.nextInt(logs.impressions.size());
            if (random.nextInt(20) == 0) {
                logs.impressions.get(partition).add(new Entry.Noise());
            }
            logs.show(partition, impression(id, times.get(i), random));
            for (int n = random.nextInt(3); n > 0; n--) {
                long delay = random.nextLong(-3 * window / 2, 7 * window / 2);
                given.add(feedback(random.nextInt(10) == 0 ? "ghost" + i : id, times.get(i) + delay, random));
            }
        }
        given.sort((a, b) -> Long.compare(a.getEventTimeMs(), b.getEventTimeMs()));
        for (Feedback each : given) {
            int partition = random.nextInt(logs.feedback.size());
            if (random.nextInt(20) == 0) {
                logs.feedback.get(partition).add(new Entry.Noise());
            }
            logs.give(partition, each);
        }
        // A few records are out of order, or of a time that nobody believes.
        for (List<Entry> log : logs.impressions) {
            if (log.size() > 2 && random.nextBoolean()) {
                log.add(random.nextInt(log.size()), log.remove(log.size() - 1));
            }
        }
        for (List<Entry> log : logs.feedback) {
            if (log.size() > 2 && random.nextBoolean()) {
                log.add(random.nextInt(log.size()), log.remove(log.size() - 1));
            }
        }
        return logs.end();
    }

    private static List<Long> sortedTimes(Random random, int count, long span) {
        return random.longs(random.nextInt(count), START, START + span)
                .sorted()
                .boxed()
                .toList();
    }

    private static Impression impression(String id, long time, Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> impression(id, time, Map.of(TASK, true), List.of());
            case 1 -> impression(id, time, Map.of(TASK, false), List.of("like"));
            case 2 -> impression(id, time, Map.of(), List.of());
            case 3 -> impression(id, random.nextBoolean() ? -5 : Long.MAX_VALUE, Map.of(), List.of(TASK));
            case 4 -> impression(id, time, Map.of("like", true), List.of("share", TASK));
            case 5, 6 -> impression(id, time, Map.of(), List.of("like", TASK));
            default -> impression(id, time, Map.of(), List.of(TASK));
        };
    }

    private static Feedback feedback(String id, long time, Random random) {
        return switch (random.nextInt(12)) {
            case 0, 2, 3 -> new Feedback(id, "u", time, "like");
            case 1 -> new Feedback(id, "u", random.nextBoolean() ? -1 : Long.MAX_VALUE, TASK);
            default -> new Feedback(id, "u", time, TASK);
        };
    }

    static Impression impression(String id, long time, Map<String, Boolean> labels, List<String> awaited) {
        return new Impression(id, time, "u", "v", "a", List.of(), Map.of("x", 1f), labels, null, awaited);
    }

    /** An impression that awaits its label. */
    static Impression awaiting(String id, long time) {
        return impression(id, START + time, Map.of(), List.of(TASK));
    }

    /** Feedback that makes it true. */
    static Feedback click(String id, long time) {
        return new Feedback(id, "u", START + time, TASK);
    }
}

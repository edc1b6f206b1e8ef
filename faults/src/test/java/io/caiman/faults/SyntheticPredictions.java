package io.caiman.faults;

import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Prediction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A seeded stream of predictions with all that makes figures hard: three models that score the same impressions, two tasks, a
 * user with a quarter of all impressions and users with one class only, users in all domains, a domain without positives and
 * one without negatives, a domain whose scores are all small, ties, certain misses, names that need encoding; out of order
 * within each partition, late by more or less than windows are corrected for, and with records in between that are none.
 *
 * <p>It comes in parts of a minute. A part ends with a prediction of every model in every partition, so that it is known up to
 * where windows are closed when all of it has come; then come those that are late by that.
 */
final class SyntheticPredictions {

    static final int PARTITIONS = 3;
    static final String BASELINE = "champion";

    private static final long START = 1_700_000_001_234L;
    private static final long PART = 60_000;
    private static final int IMPRESSIONS = 600;
    private static final int LATE_IMPRESSIONS = 30;
    private static final long MOST_LATE = 150_000;
    private static final int USERS = 80;
    private static final List<String> DOMAINS = List.of("feed", "search", "small scores", "a/b %c", "unliked", "liked");
    private static final Map<String, List<String>> TASKS_OF_MODELS = Map.of(
            BASELINE, List.of("click", "like"), "challenger", List.of("click", "like"), "shadow", List.of("click"));

    private final Random random;
    private final EventTimeCut cut;
    private final RecordCodec<Prediction> codec = RecordCodec.of(Prediction.class);
    private final Set<Long> usedTimes = new HashSet<>();
    private final Map<String, Long> closedAt = new HashMap<>();
    private long impressions;
    private long end = START;

    SyntheticPredictions(long seed, EventTimeCut cut) {
        this.random = new Random(seed);
        this.cut = cut;
    }

    /** A record for a partition of the topic of predictions. */
    record Message(int partition, String user, byte @Nullable [] value) {}

    /**
     * A part of the stream.
     *
     * @param inTime to be sent first
     * @param closed the end of the last window that is published when all that has come
     * @param late to be sent when it is, and before the next part
     */
    record Part(List<Message> inTime, long closed, List<Message> late) {}

    Part next() {
        long start = end;
        end += PART;
        List<Prediction> predictions = new ArrayList<>();
        List<Prediction> late = new ArrayList<>();
        for (int i = 0; i < IMPRESSIONS; i++) {
            boolean forced = i < DOMAINS.size();
            String domain = forced ? DOMAINS.get(i) : randomDomain();
            for (Prediction prediction : impression(unusedTime(start + PARTITIONS, end), domain, randomUser())) {
                double kept = random.nextDouble();
                if (forced || kept < 0.92) {
                    predictions.add(prediction);
                } else if (kept < 0.96) {
                    late.add(prediction);
                }
            }
        }
        List<Message> inTime = new ArrayList<>();
        outOfOrder(predictions).forEach(prediction -> inTime.add(message(prediction)));
        for (byte[] unusable : unusable(predictions.get(0))) {
            inTime.add(
                    random.nextInt(inTime.size()),
                    new Message(random.nextInt(PARTITIONS), "nobody", unusable.length == 0 ? null : unusable));
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (Prediction prediction : impression(end + partition, "feed", "user of " + partition)) {
                inTime.add(new Message(partition, prediction.getUser(), codec.encode(prediction)));
            }
        }
        long closed = cut.closedAt(end);
        for (int i = 0; i < LATE_IMPRESSIONS; i++) {
            late.addAll(impression(unusedTime(closed - MOST_LATE, closed), randomDomain(), randomUser()));
        }
        Collections.shuffle(late, random);
        late.forEach(prediction -> closedAt.put(identity(prediction), closed));
        return new Part(inTime, closed, late.stream().map(this::message).toList());
    }

    /** How the job got a prediction of this stream. */
    Arrival arrival(Prediction prediction) {
        return new Arrival(prediction, closedAt.getOrDefault(identity(prediction), Arrival.IN_TIME));
    }

    private static String identity(Prediction prediction) {
        return prediction.getModel() + "/" + prediction.getTask() + "/" + prediction.getImpressionId();
    }

    /** Of no two impressions, so that it is clear which are the last ones. */
    private long unusedTime(long from, long to) {
        long time = random.nextLong(from, to);
        while (!usedTimes.add(time)) {
            time = random.nextLong(from, to);
        }
        return time;
    }

    private String randomDomain() {
        return DOMAINS.get(Math.min(random.nextInt(DOMAINS.size()), random.nextInt(DOMAINS.size())));
    }

    private String randomUser() {
        return "user " + (int) (USERS * Math.pow(random.nextDouble(), 3));
    }

    /** What all models say about one impression. */
    private List<Prediction> impression(long time, String domain, String user) {
        long number = impressions++;
        Map<String, Boolean> labels = new HashMap<>();
        List<Prediction> predictions = new ArrayList<>();
        double truth = random.nextGaussian() - (domain.equals("small scores") ? 5 : 1);
        for (String model : TASKS_OF_MODELS.keySet().stream().sorted().toList()) {
            for (String task : TASKS_OF_MODELS.getOrDefault(model, List.of())) {
                boolean label = labels.computeIfAbsent(task, any -> label(truth, domain, user));
                predictions.add(new Prediction(
                        "impression " + number,
                        (int) (number % 4),
                        number / 4,
                        time,
                        model,
                        0L,
                        domain,
                        user,
                        task,
                        label,
                        score(truth, model.equals(BASELINE) ? 1 : 2)));
            }
        }
        return predictions;
    }

    private boolean label(double truth, String domain, String user) {
        return switch (domain) {
            case "unliked" -> false;
            case "liked" -> true;
            default -> !user.endsWith("7") && random.nextDouble() < sigmoid(truth);
        };
    }

    private double score(double truth, double noise) {
        double score = sigmoid(truth + noise * random.nextGaussian());
        return switch (random.nextInt(60)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2, 3, 4, 5, 6, 7, 8, 9 -> Math.rint(8 * score) / 8;
            default -> score;
        };
    }

    private static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    private List<Prediction> outOfOrder(List<Prediction> predictions) {
        Map<Prediction, Long> arrivals = new HashMap<>();
        predictions.forEach(prediction ->
                arrivals.put(prediction, prediction.getEventTimeMs() + random.nextLong(cut.outOfOrderness())));
        return predictions.stream()
                .sorted(Comparator.comparing(prediction -> arrivals.getOrDefault(prediction, 0L)))
                .toList();
    }

    private Message message(Prediction prediction) {
        String user = prediction.getUser();
        return new Message(Math.floorMod(user.hashCode(), PARTITIONS), user, codec.encode(prediction));
    }

    /** Records that are no predictions, the empty one for a record without a value. */
    private List<byte[]> unusable(Prediction example) {
        byte[] whole = codec.encode(example);
        Prediction.Builder builder = Prediction.newBuilder(example);
        return List.of(
                new byte[0],
                "no prediction".getBytes(StandardCharsets.UTF_8),
                Arrays.copyOf(whole, whole.length - 1 - random.nextInt(whole.length - 1)),
                RecordCodec.of(Feedback.class)
                        .encode(Feedback.newBuilder()
                                .setImpressionId(example.getImpressionId())
                                .setUser(example.getUser())
                                .setEventTimeMs(example.getEventTimeMs())
                                .setTask(example.getTask())
                                .build()),
                codec.encode(builder.setScore(Double.NaN).build()),
                codec.encode(builder.setScore(1 + 1e-9).build()),
                codec.encode(builder.setScore(-1e-300).build()),
                codec.encode(builder.setScore(0.5).setEventTimeMs(-1).build()),
                codec.encode(builder.setEventTimeMs(Long.MAX_VALUE).build()));
    }
}

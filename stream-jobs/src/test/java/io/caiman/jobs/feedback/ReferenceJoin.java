package io.caiman.jobs.feedback;

import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Impression;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What must come out, with both logs known from end to end: for each impression all feedback is looked through. */
final class ReferenceJoin {

    /** How an impression goes on: with these labels more. */
    record Outcome(Map<String, Boolean> labels) {

        static final Outcome AS_IT_IS = new Outcome(Map.of());
        static final Outcome POSITIVE = new Outcome(Map.of(Logs.TASK, true));
        static final Outcome NEGATIVE = new Outcome(Map.of(Logs.TASK, false));
    }

    /** An impression that goes on at a time, and where it lies. */
    record Settled(long time, int partition, long offset, Outcome outcome) {}

    private record Awaiting(String id, List<String> tasks, long time, int partition, long offset) {}

    private record Answer(String id, String task, long time) {}

    private final List<String> tasks;
    private final long window;
    private final List<Settled> settled = new ArrayList<>();
    private final Map<String, Long> counts = new TreeMap<>();

    ReferenceJoin(Logs logs, List<String> tasks, long window) {
        this.tasks = tasks;
        this.window = window;
        List<Awaiting> awaiting = new ArrayList<>();
        for (int partition = 0; partition < logs.impressions().size(); partition++) {
            read(logs.impressions().get(partition), partition, awaiting);
        }
        List<Answer> answers = new ArrayList<>();
        logs.feedback().forEach(log -> read(log, answers));
        awaiting.forEach(each -> settle(each, answers));
        answers.forEach(answer -> count(answer, awaiting));
        settled.sort(Comparator.comparingLong(Settled::time)
                .thenComparingInt(Settled::partition)
                .thenComparingLong(Settled::offset));
    }

    /** In the order in which they go on. */
    List<Settled> settled() {
        return settled;
    }

    /** By name of the metric. */
    Map<String, Long> counts() {
        return counts;
    }

    private void read(List<Logs.Entry> log, int partition, List<Awaiting> awaiting) {
        long time = Long.MIN_VALUE + 1;
        for (int offset = 0; offset < log.size(); offset++) {
            if (log.get(offset) instanceof Logs.Entry.End) {
                continue;
            }
            if (log.get(offset) instanceof Logs.Entry.Shown shown) {
                Impression impression = shown.impression();
                time = believed(impression.getEventTimeMs()) ? Math.max(time, impression.getEventTimeMs()) : time;
                List<String> awaited = tasks.stream()
                        .filter(task -> impression.getAwaited().contains(task))
                        .toList();
                if (!awaited.isEmpty()) {
                    awaiting.add(new Awaiting(impression.getId(), awaited, time, partition, offset));
                    continue;
                }
            }
            settled.add(new Settled(time, partition, offset, Outcome.AS_IT_IS));
        }
    }

    private void read(List<Logs.Entry> log, List<Answer> answers) {
        long time = Long.MIN_VALUE + 1;
        for (Logs.Entry entry : log) {
            if (entry instanceof Logs.Entry.Given given
                    && believed(given.feedback().getEventTimeMs())) {
                Feedback feedback = given.feedback();
                time = Math.max(time, feedback.getEventTimeMs());
                if (tasks.contains(feedback.getTask())) {
                    answers.add(new Answer(feedback.getImpressionId(), feedback.getTask(), time));
                }
            } else if (!(entry instanceof Logs.Entry.End)) {
                count("deadLetters");
            }
        }
    }

    private static boolean believed(long time) {
        return time >= 0 && time < Long.MAX_VALUE / 2;
    }

    private void settle(Awaiting shown, List<Answer> answers) {
        Map<String, Boolean> labels = new TreeMap<>();
        long last = shown.time();
        for (String task : shown.tasks()) {
            List<Answer> matching = answers.stream()
                    .filter(answer -> answer.task().equals(task) && inWindow(answer, shown))
                    .toList();
            boolean positive = !matching.isEmpty();
            long time = shown.time() + window;
            for (Answer answer : matching) {
                time = Math.min(time, Math.max(answer.time(), shown.time()));
            }
            labels.put(task, positive);
            last = Math.max(last, time);
            count(positive ? "answeredImpressions" : "unansweredImpressions");
            matching.stream().skip(1).forEach(again -> count("repeatedFeedback"));
        }
        settled.add(new Settled(last, shown.partition(), shown.offset(), new Outcome(labels)));
    }

    private boolean inWindow(Answer answer, Awaiting shown) {
        return answer.id().equals(shown.id()) && Math.abs(answer.time() - shown.time()) <= window;
    }

    private void count(Answer answer, List<Awaiting> awaiting) {
        Awaiting shown = awaiting.stream()
                .filter(each -> each.id().equals(answer.id()) && each.tasks().contains(answer.task()))
                .findAny()
                .orElse(null);
        if (shown == null || answer.time() < shown.time() - window || answer.time() > shown.time() + 2 * window) {
            count("orphanFeedback");
        } else if (answer.time() > shown.time() + window) {
            count("lateFeedback");
        }
    }

    private void count(String name) {
        counts.merge(name, 1L, Long::sum);
    }
}

package io.caiman.replay.dataset;

import io.caiman.schemas.avro.Feedback;
import io.caiman.schemas.avro.Impression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/**
 * A log whose labels come later than its impressions: each impression is given without its delayed labels, and each of these
 * that is true follows as a {@link LogEntry.Reaction} when its time has come. What is false is never told, as in life.
 *
 * <p>Memory: some 200 bytes for each positive label whose time has not come.
 */
public final class DelayedLabels implements ImpressionSource {

    private record Due(Feedback feedback, long number) {}

    private final ImpressionSource log;
    private final LabelDelays delays;
    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparingLong((Due reaction) -> reaction.feedback.getEventTimeMs())
                    .thenComparingLong(Due::number));
    private long drawn;
    private Optional<LogEntry> waiting = Optional.empty();

    /** @param log is closed with this */
    public DelayedLabels(ImpressionSource log, LabelDelays delays) {
        this.log = log;
        this.delays = delays;
    }

    @Override
    public boolean delaysLabels() {
        return true;
    }

    @Override
    public Provenance provenance() {
        Provenance made = log.provenance();
        return new Provenance(made.dataset(), made.description() + "; labels " + delays);
    }

    @Override
    public void prepare(LongConsumer linesRead) {
        log.prepare(linesRead);
    }

    @Override
    public boolean hasNext() {
        return waiting.isPresent() || log.hasNext() || !due.isEmpty();
    }

    @Override
    public LogEntry next() {
        if (waiting.isEmpty() && log.hasNext()) {
            waiting = Optional.of(log.next());
        }
        if (waiting.isPresent() && !isReactionBefore(waiting.get())) {
            LogEntry entry = waiting.get();
            waiting = Optional.empty();
            return entry instanceof LogEntry.Shown shown ? withoutLabels(shown) : entry;
        }
        Due reaction = due.poll();
        if (reaction == null) {
            throw new NoSuchElementException("the log has ended");
        }
        return new LogEntry.Reaction(reaction.feedback);
    }

    private boolean isReactionBefore(LogEntry entry) {
        Due first = due.peek();
        return first != null
                && entry instanceof LogEntry.Shown shown
                && first.feedback.getEventTimeMs() <= shown.eventTimeMs();
    }

    private LogEntry withoutLabels(LogEntry.Shown shown) {
        Impression impression = shown.impression();
        Map<String, Boolean> known = new LinkedHashMap<>();
        List<String> awaited = new ArrayList<>();
        impression.getLabels().forEach((task, label) -> {
            Optional<Duration> delay = delays.delay(impression.getId(), task);
            if (delay.isEmpty()) {
                known.put(task, label);
                return;
            }
            awaited.add(task);
            if (label) {
                long time = impression.getEventTimeMs() + delay.get().toMillis();
                due.add(new Due(new Feedback(impression.getId(), impression.getUser(), time, task), drawn++));
            }
        });
        Impression delayed = Impression.newBuilder(impression)
                .setLabels(known)
                .setAwaited(awaited)
                .build();
        return new DecodedImpression(delayed, shown.oracleProbability());
    }

    @Override
    public OptionalLong expectedEntries() {
        return log.expectedEntries();
    }

    @Override
    public LineCounts counts() {
        return log.counts();
    }

    @Override
    public void close() {
        log.close();
    }
}

package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.RecordCheck;
import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Impression;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The labels of a model's tasks, in impressions that may have to wait for them. */
final class AwaitedLabels {

    private static final RecordCodec<Impression> CODEC = RecordCodec.of(Impression.class);

    /** In no name of a task. */
    private static final char BEHIND_TASK = ' ';

    private final List<String> tasks;
    private final RecordCheck<Impression> check;

    /**
     * The labels of these tasks.
     *
     * @param check what an impression must fulfil besides having labels; one that does not is not worth waiting
     */
    AwaitedLabels(List<String> tasks, RecordCheck<Impression> check) {
        this.tasks = List.copyOf(tasks);
        this.check = check;
    }

    /** Whether feedback for a task is of use. */
    boolean include(String task) {
        return tasks.contains(task);
    }

    /** Whether an impression is to be held until a label is known. */
    boolean areAwaitedBy(Impression impression) {
        return !awaited(impression).isEmpty() && check.complaint(impression).isEmpty();
    }

    /** The tasks whose labels an impression that is held awaits, one at least. */
    List<String> awaitedBy(ConsumedRecord held) {
        return tasks.size() == 1 ? tasks : awaited(decode(held));
    }

    private List<String> awaited(Impression impression) {
        return tasks.stream()
                .filter(task -> impression.getAwaited().contains(task)
                        && !impression.getLabels().containsKey(task))
                .toList();
    }

    /** Names an impression's label of a task; of a single task by the impression's id alone. */
    String name(String task, String impressionId) {
        return tasks.size() == 1 ? impressionId : task + BEHIND_TASK + impressionId;
    }

    /** The task of a label of this {@link #name}. */
    String task(String name) {
        return tasks.size() == 1 ? tasks.get(0) : name.substring(0, name.indexOf(BEHIND_TASK));
    }

    /** An impression that was held, at its place in the log, with the labels that it turned out to have. */
    ConsumedRecord settle(ConsumedRecord held, Map<String, Boolean> known) {
        Impression impression = decode(held);
        // Sorted, so that the bytes are a function of the impression.
        Map<String, Boolean> labels = new TreeMap<>(impression.getLabels());
        labels.putAll(known);
        impression.setLabels(labels);
        impression.setAwaited(impression.getAwaited().stream()
                .filter(awaited -> !known.containsKey(awaited))
                .toList());
        return new ConsumedRecord(held.topic(), held.partition(), held.offset(), CODEC.encode(impression), false);
    }

    private static Impression decode(ConsumedRecord held) {
        try {
            return CODEC.decode(held.value().orElseThrow());
        } catch (MalformedRecordException e) {
            throw new IllegalStateException(held + " could be read when it came, and now cannot", e);
        }
    }
}

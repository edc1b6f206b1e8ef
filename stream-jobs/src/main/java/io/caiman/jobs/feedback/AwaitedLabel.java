package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;
import io.caiman.jobs.connect.RecordCheck;
import io.caiman.schemas.MalformedRecordException;
import io.caiman.schemas.RecordCodec;
import io.caiman.schemas.avro.Impression;
import java.util.Map;
import java.util.TreeMap;

/** The label of one task, in impressions that may have to wait for it. */
final class AwaitedLabel {

    private static final RecordCodec<Impression> CODEC = RecordCodec.of(Impression.class);

    private final String task;
    private final RecordCheck<Impression> check;

    /**
     * The label of this task.
     *
     * @param check what an impression must fulfil besides having the label; one that does not is not worth waiting
     */
    AwaitedLabel(String task, RecordCheck<Impression> check) {
        this.task = task;
        this.check = check;
    }

    /** Whether an impression is to be held until the label is known. */
    boolean isAwaitedBy(Impression impression) {
        return impression.getAwaited().contains(task)
                && !impression.getLabels().containsKey(task)
                && check.complaint(impression).isEmpty();
    }

    /** An impression that was held, at its place in the log, with the label that it turned out to have. */
    ConsumedRecord settle(ConsumedRecord held, boolean label) {
        Impression impression = decode(held);
        // Sorted, so that the bytes are a function of the impression.
        Map<String, Boolean> labels = new TreeMap<>(impression.getLabels());
        labels.put(task, label);
        impression.setLabels(labels);
        impression.setAwaited(impression.getAwaited().stream()
                .filter(awaited -> !awaited.equals(task))
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

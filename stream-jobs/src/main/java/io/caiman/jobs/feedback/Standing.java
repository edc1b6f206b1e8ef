package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;
import java.util.List;

/** What is known of a label of an impression; of one that is not mentioned in state, nothing. */
sealed interface Standing {

    /**
     * An impression that is held.
     *
     * @param until when its window closes, the last ms of it
     */
    record Held(ConsumedRecord record, long until) {}

    /** No feedback so far. More than one is held only where a log repeats an impression. */
    record AwaitsFeedback(List<Held> held) implements Standing {
        public AwaitsFeedback {
            held = List.copyOf(held);
        }
    }

    /**
     * Feedback came ahead of the impression.
     *
     * @param until how long each piece of it is kept, in ms of event time, the last one included
     */
    record AwaitsImpression(List<Long> until) implements Standing {
        public AwaitsImpression {
            until = List.copyOf(until);
        }
    }

    /** The label was true; further feedback changes nothing while the window is open. */
    record Answered(long until) implements Standing {}

    /** The window is closed; for as long feedback is known to be late. */
    record Closed(long until) implements Standing {}
}

package io.caiman.jobs.feedback;

import io.caiman.jobs.connect.ConsumedRecord;

/** What happens at some event time in the life of impressions. What happens at the same time goes by {@link #turn}. */
sealed interface JoinEvent {

    /** An impression that waits for nothing. */
    record Passing(ConsumedRecord record) implements JoinEvent {
        @Override
        public int turn() {
            return 0;
        }
    }

    /** An impression of which a label is not known yet. */
    record Shown(String impressionId, ConsumedRecord record) implements JoinEvent {
        @Override
        public int turn() {
            return 0;
        }
    }

    /** Feedback that makes a label of this {@link AwaitedLabels#name} true. */
    record Answer(String label) implements JoinEvent {
        @Override
        public int turn() {
            return 1;
        }
    }

    /** Some time that a label of this {@link AwaitedLabels#name} was given may be over. */
    record Expiry(String label) implements JoinEvent {
        @Override
        public int turn() {
            return 2;
        }
    }

    /** The lower one is first; so feedback in the last millisecond of a window is in it. */
    int turn();
}

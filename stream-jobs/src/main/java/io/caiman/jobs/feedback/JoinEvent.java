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

    /** An impression whose label is not known yet. */
    record Shown(String impressionId, ConsumedRecord record) implements JoinEvent {
        @Override
        public int turn() {
            return 0;
        }
    }

    /** Feedback that makes an impression's label true. */
    record Answer(String impressionId) implements JoinEvent {
        @Override
        public int turn() {
            return 1;
        }
    }

    /** Some time that an impression was given may be over. */
    record Expiry(String impressionId) implements JoinEvent {
        @Override
        public int turn() {
            return 2;
        }
    }

    /** The lower one is first; so feedback in the last millisecond of a window is in it. */
    int turn();
}

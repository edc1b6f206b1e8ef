package io.caiman.replay;

import java.util.function.LongSupplier;

/**
 * Holds a sender to a {@link Rate}: each turn has its moment, one interval after that of the turn before. A sender that falls
 * behind catches up, but by no more than {@link #MOST_BEHIND_NANOS}, so a pause is not followed by a flood.
 */
final class Pacer {

    /** Waits; {@link Thread#sleep(long)} in life. */
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }

    static final long MOST_BEHIND_NANOS = 1_000_000_000;
    /** Shorter waits are not worth a sleep: the next turns make up for them. */
    private static final long SHORTEST_SLEEP_NANOS = 1_000_000;

    private final double intervalNanos;
    private final LongSupplier nanoTime;
    private final Sleeper sleeper;
    private double nextTurn;

    Pacer(Rate rate, LongSupplier nanoTime, Sleeper sleeper) {
        this.intervalNanos = 1e9 / rate.perSecond();
        this.nanoTime = nanoTime;
        this.sleeper = sleeper;
        this.nextTurn = nanoTime.getAsLong();
    }

    /** Returns when the next turn has come. */
    void awaitTurn() throws InterruptedException {
        if (intervalNanos == 0) {
            return;
        }
        long now = nanoTime.getAsLong();
        nextTurn = Math.max(nextTurn, now - (double) MOST_BEHIND_NANOS);
        long early = (long) (nextTurn - now);
        if (early >= SHORTEST_SLEEP_NANOS) {
            sleeper.sleep(early);
        }
        nextTurn += intervalNanos;
    }
}

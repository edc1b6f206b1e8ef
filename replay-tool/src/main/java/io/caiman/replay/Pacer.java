package io.caiman.replay;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Holds a sender to a {@link Pace}: each turn has its moment. A sender that falls behind, because a broker or the whole machine
 * paused, makes up for it without waiting, but only for so much of the pause; the rest of it shifts all later turns.
 */
final class Pacer {

    /** Waits; {@link Thread#sleep(long)} in life. */
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }

    /** Shorter waits are not worth a sleep: the next turns make up for them. */
    private static final long SHORTEST_SLEEP_NANOS = 1_000_000;

    private static final double NANOS_PER_MILLISECOND = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Pace pace;
    private final double mostBehindNanos;
    private final LongSupplier nanoTime;
    private final Sleeper sleeper;
    private boolean started;
    private double turn;
    private long eventTimeMs;

    /** @param catchUp how much of a pause is made up for */
    Pacer(Pace pace, Duration catchUp, LongSupplier nanoTime, Sleeper sleeper) {
        this.pace = pace;
        this.mostBehindNanos = catchUp.toNanos();
        this.nanoTime = nanoTime;
        this.sleeper = sleeper;
    }

    /**
     * Returns when the turn of the next impression has come; that of the first is at once.
     *
     * @param nextEventTimeMs its event time
     */
    void awaitTurn(long nextEventTimeMs) throws InterruptedException {
        if (pace.equals(Pace.MAX)) {
            return;
        }
        long now = nanoTime.getAsLong();
        turn = started ? Math.max(turn + gapNanos(nextEventTimeMs), now - mostBehindNanos) : now;
        started = true;
        eventTimeMs = nextEventTimeMs;
        long early = (long) (turn - now);
        if (early >= SHORTEST_SLEEP_NANOS) {
            sleeper.sleep(early);
        }
    }

    private double gapNanos(long nextEventTimeMs) {
        if (pace instanceof Pace.EventTime speed) {
            return (nextEventTimeMs - eventTimeMs) * NANOS_PER_MILLISECOND / speed.times();
        }
        return NANOS_PER_SECOND / ((Pace.PerSecond) pace).impressions();
    }
}

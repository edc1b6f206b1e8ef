package io.caiman.jobs.rows;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Work on a store's rows that goes on while nobody uses them: between the moment that a mini-batch has its rows and the moment
 * that they are put back, which is most of a training step. A thread of its own does it, piece by piece, and stops for
 * whoever comes.
 */
final class EarlyWriting {

    /** A part of the work, of a millisecond at most. */
    @FunctionalInterface
    interface Pieces {

        /** Does the next piece; false if there is none. */
        boolean next();
    }

    private final Workers workers;
    private final Pieces pieces;
    private Future<?> running = CompletableFuture.completedFuture(null);
    private volatile boolean wanted;
    private volatile boolean paused;

    EarlyWriting(Workers workers, Pieces pieces) {
        this.workers = workers;
        this.pieces = pieces;
    }

    /** Has all pieces done, from the next {@link #resume} on. Any thread may ask for it. */
    void begin() {
        wanted = true;
    }

    /** From here on the caller leaves the rows alone. */
    void resume() {
        if (wanted) {
            paused = false;
            running = workers.start(() -> {
                while (!paused && wanted) {
                    wanted = pieces.next();
                }
            });
        }
    }

    /** From here on the caller has the rows for itself; throws what went wrong with a piece. */
    void pause() {
        paused = true;
        Future<?> started = running;
        running = CompletableFuture.completedFuture(null);
        workers.await(started);
    }

    /** What is not done yet never will be. */
    void end() {
        wanted = false;
        pause();
    }
}

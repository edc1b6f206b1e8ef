package io.caiman.jobs.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the work on a mini-batch's rows: its list is cut into pieces, and each thread takes the next piece
 * until none is left. The calling thread is one of them, so nothing goes on after {@link #run} returns.
 */
final class Workers implements AutoCloseable {

    /** Rows in a piece: some hundred microseconds of work, against a few to wake a thread. */
    static final int PIECE = 128;

    private final int threads;
    private final ExecutorService others;

    /** This many threads, the caller's included. */
    Workers(int threads) {
        this.threads = threads;
        this.others = Executors.newFixedThreadPool(Math.max(1, threads - 1), task -> {
            Thread thread = new Thread(task, "embedding-rows");
            thread.setDaemon(true);
            return thread;
        });
    }

    int threads() {
        return threads;
    }

    /** Work on a stretch of a list. */
    @FunctionalInterface
    interface Piece {
        /**
         * Does the work.
         *
         * @param worker number of the thread, in [0, threads): what is kept for it, no other thread uses meanwhile
         */
        void work(int worker, int from, int to) throws Exception;
    }

    /** Does the work on all pieces of a list of this length. */
    void run(int length, Piece piece) {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int worker = 1; worker < threads && worker * PIECE < length; worker++) {
            int number = worker;
            running.add(others.submit(() -> {
                takePieces(number, length, piece, next);
                return null;
            }));
        }
        try {
            takePieces(0, length, piece, next);
        } catch (Exception e) {
            throw failure(e);
        } finally {
            // What the others do must end before the caller's arrays and the database may go.
            next.set(length);
            await(running);
        }
    }

    private static void takePieces(int worker, int length, Piece piece, AtomicInteger next) throws Exception {
        for (int from = next.getAndAdd(PIECE); from < length; from = next.getAndAdd(PIECE)) {
            piece.work(worker, from, Math.min(length, from + PIECE));
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        return cause instanceof RuntimeException said
                ? said
                : new IllegalStateException("embedding rows could not be read from the state", cause);
    }

    private static void await(List<Future<?>> running) {
        boolean interrupted = false;
        for (Future<?> future : running) {
            while (true) {
                try {
                    future.get();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw failure(e.getCause());
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        others.shutdownNow();
    }
}

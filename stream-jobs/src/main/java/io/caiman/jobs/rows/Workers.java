package io.caiman.jobs.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the work on a mini-batch's rows: its list is cut into pieces, and each thread takes the next piece
 * until none is left. The calling thread is one of them, so nothing goes on after {@link #run} returns.
 */
final class Workers implements AutoCloseable {

    /** Rows in a piece where some are read from disk or written there: some hundred microseconds of work. */
    static final int ON_DISK = 128;

    /**
     * The same where all are in memory. To wake a thread and to wait for it takes longer than the copies of a small
     * mini-batch's rows.
     */
    static final int IN_MEMORY = 2048;

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

    /** Does the work on a list of this length, in pieces of that many. */
    void run(int length, int pieceLength, Piece piece) {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int worker = 1; worker < threads && worker * pieceLength < length; worker++) {
            int number = worker;
            running.add(others.submit(() -> {
                takePieces(number, length, pieceLength, piece, next);
                return null;
            }));
        }
        try {
            takePieces(0, length, pieceLength, piece, next);
        } catch (Exception e) {
            throw failure(e);
        } finally {
            // What the others do must end before the caller's arrays and the database may go.
            next.set(length);
            await(running);
        }
    }

    /** Does something beside the caller, once a thread other than the caller's is free. */
    Future<?> start(Runnable work) {
        return others.submit(work);
    }

    /** Waits for what was started. */
    void await(Future<?> started) {
        await(List.of(started));
    }

    private static void takePieces(int worker, int length, int pieceLength, Piece piece, AtomicInteger next)
            throws Exception {
        for (int from = next.getAndAdd(pieceLength); from < length; from = next.getAndAdd(pieceLength)) {
            piece.work(worker, from, Math.min(length, from + pieceLength));
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        return cause instanceof RuntimeException said
                ? said
                : new IllegalStateException("embedding rows could not be read from the state", cause);
    }

    /** Waits for all, also where one failed or the caller is interrupted, and only then throws the first failure. */
    private static void await(List<? extends Future<?>> running) {
        boolean interrupted = false;
        Optional<RuntimeException> first = Optional.empty();
        for (Future<?> future : running) {
            while (true) {
                try {
                    future.get();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    first = first.or(() -> Optional.of(failure(e.getCause())));
                    break;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (first.isPresent()) {
            throw first.get();
        }
    }

    /** Waits for what was started, however often it is interrupted: what that reads may go once this returns. */
    @Override
    public void close() {
        others.shutdownNow();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = others.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

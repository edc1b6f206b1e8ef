package io.caiman.jobs.training;

import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.Pipeline;
import io.caiman.model.train.StepResult;
import io.caiman.model.train.Trainer;
import io.caiman.model.train.TrainingStep;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A trainer on threads of its own, so that the task's thread reads, decodes and publishes while the trainer computes. It learns
 * from mini-batches one after another in the order it is given them. With {@link Pipeline#EXACT} it has one thread, and what
 * comes out is what the trainer gives without it, bit for bit. With {@link Pipeline#STALE_1} it has one more, for the rows.
 *
 * <p>Between mini-batches, when every result has been asked for and got, the trainer and its rows may be used on the task's
 * thread.
 */
final class Learner implements AutoCloseable {

    private final Pipeline pipeline;
    private final ExecutorService computing;
    private final ExecutorService rows;
    private final Trainer trainer;

    /** The step that is to be finished when the next one is prepared. */
    private Optional<Future<TrainingStep>> unfinished = Optional.empty();

    /**
     * What a step gave.
     *
     * @param steps mini-batches that the trainer had learned from after it
     * @param skippedSteps those it had skipped
     * @param nanos how long the step took, or, of one whose rows are another thread's, how long it computed
     */
    record Learned(StepResult result, long steps, long skippedSteps, long nanos) {}

    /** Makes the trainer on its thread: the number of native threads is one of that thread. */
    Learner(Supplier<Trainer> trainer, Pipeline pipeline) throws Exception {
        this.pipeline = pipeline;
        this.computing = thread("learner");
        this.rows = pipeline == Pipeline.EXACT ? computing : thread("learner-rows");
        try {
            this.trainer = get(computing.submit(trainer::get));
        } catch (Exception e) {
            rows.shutdown();
            computing.shutdown();
            throw e;
        }
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The trainer; not while it learns. */
    Trainer trainer() {
        return trainer;
    }

    /**
     * Learns from a mini-batch as soon as those before are done.
     *
     * @param batch not to be touched until the result of the one after it is there; with {@link Pipeline#EXACT}, until its own is
     * @param done is given the result, which may be a failure, on a thread of this learner
     */
    void learn(MiniBatch batch, Consumer<Future<Learned>> done) {
        rows.execute(() -> {
            if (pipeline == Pipeline.EXACT) {
                done.accept(completed(() -> step(batch)));
            } else {
                overlap(batch, done);
            }
        });
    }

    private Learned step(MiniBatch batch) {
        long start = System.nanoTime();
        return learned(trainer.step(batch), System.nanoTime() - start);
    }

    private Learned learned(StepResult result, long nanos) {
        return new Learned(result, trainer.steps(), trainer.skippedSteps(), nanos);
    }

    /** On the thread of the rows: prepares a mini-batch, has it computed, and meanwhile finishes the one before. */
    private void overlap(MiniBatch batch, Consumer<Future<Learned>> done) {
        Optional<Future<TrainingStep>> before = unfinished;
        Future<TrainingStep> prepared = completed(() -> trainer.prepare(batch));
        FutureTask<TrainingStep> computed = new FutureTask<>(() -> {
            TrainingStep step = get(prepared);
            trainer.compute(step);
            return step;
        });
        FutureTask<TrainingStep> finishedBefore = new FutureTask<>(() -> {
            if (before.isPresent()) {
                trainer.finish(get(before.get()));
            }
            TrainingStep step = get(prepared);
            trainer.lookAtRows(step);
            return step;
        });
        unfinished = Optional.of(computed);
        computing.execute(() -> {
            long start = System.nanoTime();
            computed.run();
            long nanos = System.nanoTime() - start;
            done.accept(completed(() -> {
                get(computed);
                return learned(trainer.result(get(finishedBefore)), nanos);
            }));
        });
        finishedBefore.run();
    }

    private static <T> Future<T> completed(Callable<T> task) {
        FutureTask<T> done = new FutureTask<>(task);
        done.run();
        return done;
    }

    /** What the last mini-batch is yet to teach its rows, for {@link #resume}; empty if nothing. Between mini-batches only. */
    Optional<byte[]> unfinished() throws Exception {
        return unfinished.isPresent() ? trainer.unfinished(get(unfinished.get())) : Optional.empty();
    }

    /**
     * Goes on where a learner was that gave this {@link #unfinished}, whichever pipeline it had; after the trainer's restore, before
     * the first mini-batch.
     *
     * @param batch the last mini-batch it had
     */
    void resume(MiniBatch batch, byte[] stored) {
        TrainingStep step = trainer.resume(batch, stored);
        if (pipeline == Pipeline.EXACT) {
            trainer.finish(step);
        } else {
            unfinished = Optional.of(CompletableFuture.completedFuture(step));
        }
    }

    /** A result; if there is a failure instead, throws that. */
    static <T> T get(Future<T> result) throws Exception {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Waits for the mini-batches it has, however often it is interrupted: native memory must outlive who computes on it. */
    @Override
    public void close() {
        // The thread of the rows hands over to the other, so it ends first.
        boolean interrupted = end(rows);
        interrupted |= end(computing);
        trainer.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean end(ExecutorService thread) {
        thread.shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = thread.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }
}

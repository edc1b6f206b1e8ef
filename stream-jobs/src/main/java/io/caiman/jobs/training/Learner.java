package io.caiman.jobs.training;

import io.caiman.model.train.MiniBatch;
import io.caiman.model.train.StepResult;
import io.caiman.model.train.Trainer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A trainer on a thread of its own, so that the task's thread reads, decodes and publishes while the trainer computes. It learns
 * from mini-batches one after another in the order it is given them, each with the rows and weights that the one before left:
 * what comes out is what the trainer gives without it, bit for bit.
 *
 * <p>Between mini-batches, when every result has been asked for and got, the trainer and its rows may be used on the task's
 * thread.
 */
final class Learner implements AutoCloseable {

    private final ExecutorService thread;
    private final Trainer trainer;

    /**
     * What a step gave.
     *
     * @param steps mini-batches that the trainer had learned from after it
     * @param skippedSteps those it had skipped
     * @param nanos how long the step took
     */
    record Learned(StepResult result, long steps, long skippedSteps, long nanos) {}

    /** Makes the trainer on its thread: the number of native threads is one of that thread. */
    Learner(Supplier<Trainer> trainer) throws Exception {
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread learner = new Thread(task, "learner");
            learner.setDaemon(true);
            return learner;
        });
        try {
            this.trainer = get(thread.submit(trainer::get));
        } catch (Exception e) {
            thread.shutdown();
            throw e;
        }
    }

    /** The trainer; not while it learns. */
    Trainer trainer() {
        return trainer;
    }

    /**
     * Learns from a mini-batch as soon as those before are done.
     *
     * @param batch not to be touched until then
     * @param done is given the result, which may be a failure, on this learner's thread
     */
    void learn(MiniBatch batch, Consumer<Future<Learned>> done) {
        thread.execute(() -> {
            FutureTask<Learned> step = new FutureTask<>(() -> step(batch));
            step.run();
            done.accept(step);
        });
    }

    private Learned step(MiniBatch batch) {
        long start = System.nanoTime();
        StepResult result = trainer.step(batch);
        return new Learned(result, trainer.steps(), trainer.skippedSteps(), System.nanoTime() - start);
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
        trainer.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

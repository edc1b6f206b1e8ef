package io.caiman.jobs.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class WorkersTest {

    @Test
    void a_failure_is_thrown_when_nobody_works_any_more() throws Exception {
        try (Workers workers = new Workers(3)) {
            CyclicBarrier all = new CyclicBarrier(3);
            CompletableFuture<Thread> failing = new CompletableFuture<>();
            CountDownLatch goOn = new CountDownLatch(1);
            FutureTask<Void> run = new FutureTask<>(
                    () -> workers.run(3, 1, (worker, from, to) -> {
                        all.await();
                        if (worker == 1) {
                            failing.complete(Thread.currentThread());
                            throw new IOException("no disk");
                        } else if (worker == 2) {
                            goOn.await();
                        }
                    }),
                    null);
            Thread caller = new Thread(run);
            caller.start();

            awaitIdle(failing.get());
            awaitIdle(caller);
            assertThat(run.isDone()).isFalse();
            goOn.countDown();
            assertThatThrownBy(run::get).hasRootCauseMessage("no disk");
        }
    }

    @Test
    void a_caller_that_is_interrupted_while_others_work_is_so_after_a_failure_too() {
        try (Workers workers = new Workers(2)) {
            Thread caller = Thread.currentThread();
            AtomicBoolean started = new AtomicBoolean();
            caller.interrupt();
            assertThatThrownBy(() -> workers.run(2, 1, (worker, from, to) -> {
                        if (worker == 0) {
                            spin(started::get);
                        } else {
                            started.set(true);
                            spin(() -> !caller.isInterrupted());
                            throw new IOException("no disk");
                        }
                    }))
                    .hasRootCauseMessage("no disk");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void whoever_closes_waits_for_what_was_started() {
        Workers workers = new Workers(2);
        AtomicBoolean started = new AtomicBoolean();
        AtomicBoolean goOn = new AtomicBoolean();
        var unused = workers.start(() -> {
            started.set(true);
            spin(goOn::get);
        });
        spin(started::get);
        FutureTask<Void> close = new FutureTask<>(workers::close, null);
        Thread closer = new Thread(close);
        closer.start();

        awaitIdle(closer);
        assertThat(close.isDone()).isFalse();
        goOn.set(true);
        await().until(close::isDone);
    }

    private static void awaitIdle(Thread thread) {
        await().until(() -> switch (thread.getState()) {
            case WAITING, TIMED_WAITING, TERMINATED -> true;
            default -> false;
        });
    }

    /** Waits and heeds no interrupt. */
    private static void spin(BooleanSupplier met) {
        while (!met.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}

package io.caiman.local.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs contenders on threads. A contender has a thread of its own or shares one with others, and never leaves it: it is made,
 * fed and closed there. So the number of threads changes when something is computed and never what.
 */
final class Workers implements AutoCloseable {

    private final List<ExecutorService> threads = new ArrayList<>();
    private final List<Contender> contenders;
    private List<Future<?>> started = List.of();

    /**
     * @param makers one for each contender
     * @param threadCount threads at most
     */
    Workers(List<Callable<Contender>> makers, int threadCount) {
        for (int i = 0; i < Math.min(threadCount, makers.size()); i++) {
            String name = "compare-" + i;
            threads.add(Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, name);
                thread.setDaemon(true);
                return thread;
            }));
        }
        List<Future<Contender>> made = new ArrayList<>();
        for (int i = 0; i < makers.size(); i++) {
            made.add(thread(i).submit(makers.get(i)));
        }
        try {
            contenders = made.stream().map(Workers::made).toList();
        } catch (ComparisonException e) {
            threads.forEach(ExecutorService::shutdownNow);
            throw e;
        }
    }

    private ExecutorService thread(int contender) {
        return threads.get(contender % threads.size());
    }

    /** Waits until all contenders have done what was started before, then starts this and returns. */
    void start(Consumer<Contender> work) {
        await();
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            Contender contender = contenders.get(i);
            futures.add(thread(i).submit(() -> work.accept(contender)));
        }
        started = futures;
    }

    /** Waits until all contenders have done what was started before. */
    void await() {
        for (int i = 0; i < started.size(); i++) {
            result(started.get(i), contenders.get(i).name());
        }
        started = List.of();
    }

    /** What each contender gives for this, in their order. */
    <R> List<R> each(Function<Contender, R> work) {
        await();
        List<Future<R>> futures = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            Contender contender = contenders.get(i);
            futures.add(thread(i).submit(() -> work.apply(contender)));
        }
        List<R> results = new ArrayList<>();
        for (int i = 0; i < futures.size(); i++) {
            results.add(result(futures.get(i), contenders.get(i).name()));
        }
        return results;
    }

    /** What cannot be made at all is the user's to change: a device that is not there, or too little memory. */
    private static Contender made(Future<Contender> future) {
        try {
            return result(future, "a model");
        } catch (IllegalStateException e) {
            throw new ComparisonException("a model cannot be made: " + e.getCause(), e);
        }
    }

    private static <R> R result(Future<R> future, String what) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OutOfMemoryError) {
                throw new ComparisonException(
                        what + " ran out of memory, as all runs keep their rows on the heap: give more with"
                                + " CAIMAN_JAVA_OPTS=-Xmx..., or compare fewer models, --seeds or impressions at once",
                        e);
            }
            throw new IllegalStateException(what + " failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + what, e);
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < contenders.size(); i++) {
            Future<?> unused = thread(i).submit(contenders.get(i)::close);
        }
        threads.forEach(ExecutorService::shutdown);
    }
}

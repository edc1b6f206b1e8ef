package io.caiman.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Where threads spend wall time, by looking at their stacks every few milliseconds: what is measured needs no code for it, and
 * every moment counts in exactly one stage. A share p of n looks is off by the root of p (1 - p) / n, of 10,000 by at most
 * 0.5 %. A thread shows its stack at its next safepoint, so a long loop's end may count for its middle.
 */
final class StackSamples implements AutoCloseable {

    private static final int LEAST_MILLIS = 2;
    private static final int MOST_MILLIS = 8;

    private final List<Thread> threads;
    private final long[] cpuBefore;
    private final long start = System.nanoTime();
    /** By stage, a count for each thread. */
    private final Map<Stage, long[]> looks = new EnumMap<>(Stage.class);

    private final Thread sampler = new Thread(this::sample, "sampler");
    private final long[] cpu;
    private long nanos;
    private int rounds;
    private volatile boolean over;

    /** Starts looking at these threads. */
    StackSamples(List<Thread> threads) {
        this.threads = threads;
        this.cpuBefore = threads.stream().mapToLong(StackSamples::cpuNanos).toArray();
        this.cpu = new long[cpuBefore.length];
        sampler.start();
    }

    private static long cpuNanos(Thread thread) {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId());
    }

    private void sample() {
        // Never in step with what is measured.
        SplittableRandom random = new SplittableRandom(1);
        while (!over) {
            for (int i = 0; i < threads.size(); i++) {
                Stage stage = Stage.of(threads.get(i).getStackTrace());
                looks.computeIfAbsent(stage, any -> new long[threads.size()])[i]++;
            }
            rounds++;
            try {
                Thread.sleep(random.nextInt(LEAST_MILLIS, MOST_MILLIS + 1));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Stops looking. */
    @Override
    public void close() throws InterruptedException {
        nanos = System.nanoTime() - start;
        for (int i = 0; i < cpu.length; i++) {
            cpu[i] = cpuNanos(threads.get(i)) - cpuBefore[i];
        }
        over = true;
        sampler.join();
    }

    private static String shortName(Thread thread) {
        return thread.getName().startsWith("Source") ? "task" : thread.getName();
    }

    /**
     * The table, after {@link #close}: a row for each stage, and for each thread the microseconds of wall time an impression and
     * their share.
     */
    String table(int impressions) {
        double micros = nanos / 1e3 / impressions;
        StringBuilder text = new StringBuilder("| stage |");
        threads.forEach(thread -> text.append(" ").append(shortName(thread)).append(": us an impression | share |"));
        text.append("\n|---|").append("---|---|".repeat(threads.size())).append('\n');
        for (Stage stage : Stage.values()) {
            text.append("| ").append(stage).append(" |");
            for (long count : looks.getOrDefault(stage, new long[threads.size()])) {
                text.append(" %.2f | %.1f %% |".formatted(micros * count / rounds, 100.0 * count / rounds));
            }
            text.append('\n');
        }
        text.append("| **wall time** |");
        threads.forEach(thread -> text.append(" **%.2f** | 100 %% |".formatted(micros)));
        text.append("\n| time on a core |");
        for (int i = 0; i < cpuBefore.length; i++) {
            double onCore = cpu[i] / 1e3 / impressions;
            text.append(" %.2f | %.1f %% |".formatted(onCore, 100 * onCore / micros));
        }
        return text.append("\n%,d looks".formatted(rounds)).toString();
    }
}

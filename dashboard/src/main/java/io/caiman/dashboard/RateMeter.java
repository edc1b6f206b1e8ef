package io.caiman.dashboard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * How fast a published total grows by the clock, over the last {@value #WINDOW_SECONDS} s. Totals arrive in bursts (a
 * job publishes at its checkpoints), hence between the oldest and the latest total of the window. Undefined until there
 * are two, and when the total no longer grows.
 */
final class RateMeter {

    static final int WINDOW_SECONDS = 30;

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(WINDOW_SECONDS);
    /** Closer totals are parts of one burst. */
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Deque<Sample> samples = new ArrayDeque<>();

    void add(long nanos, long total) {
        Sample last = samples.peekLast();
        if (last != null && total <= last.total) {
            if (total < last.total) {
                samples.clear();
            }
            return;
        }
        if (last != null && nanos - last.nanos < BURST_NANOS) {
            samples.removeLast();
            samples.addLast(new Sample(last.nanos, total));
            return;
        }
        samples.addLast(new Sample(nanos, total));
        forgetBefore(nanos - WINDOW_NANOS);
    }

    OptionalDouble perSecond(long nowNanos) {
        forgetBefore(nowNanos - WINDOW_NANOS);
        if (samples.size() < 2) {
            return OptionalDouble.empty();
        }
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        double seconds = (last.nanos - first.nanos) / (double) TimeUnit.SECONDS.toNanos(1);
        return OptionalDouble.of((last.total - first.total) / seconds);
    }

    private void forgetBefore(long nanos) {
        while (!samples.isEmpty() && samples.getFirst().nanos - nanos < 0) {
            samples.removeFirst();
        }
    }

    private record Sample(long nanos, long total) {}
}

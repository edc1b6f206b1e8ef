package io.caiman.jobs.metrics;

/** Refresh ticks of processing time: the multiples of the refresh interval, so that asking for the next one twice asks for one. */
final class Ticks {

    private Ticks() {}

    /** The first tick after {@code now}, ms. */
    static long next(long now, long refresh) {
        return Math.floorDiv(now, refresh) * refresh + refresh;
    }
}

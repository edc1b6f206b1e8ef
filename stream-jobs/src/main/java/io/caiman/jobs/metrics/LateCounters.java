package io.caiman.jobs.metrics;

/** Takes note of late predictions. */
@FunctionalInterface
interface LateCounters {

    /**
     * A prediction came after a window over it was closed for good.
     *
     * @param partly whether another window still counts it
     */
    void count(boolean partly);
}

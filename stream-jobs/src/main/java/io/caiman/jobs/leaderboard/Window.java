package io.caiman.jobs.leaderboard;

/**
 * A stretch of event time.
 *
 * @param end exclusive, ms since the epoch
 * @param length ms
 */
record Window(long end, long length) implements Comparable<Window> {

    long start() {
        return end - length;
    }

    @Override
    public int compareTo(Window other) {
        return end == other.end ? Long.compare(length, other.length) : Long.compare(end, other.end);
    }
}

package io.caiman.jobs.leaderboard;

/**
 * How a window was last published.
 *
 * @param revision 0 the first time
 * @param pairs that there were in the window; they only become more
 */
record Publication(int revision, long pairs) {}

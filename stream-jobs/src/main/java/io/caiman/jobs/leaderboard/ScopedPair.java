package io.caiman.jobs.leaderboard;

/** A pair as one scope sees it. */
record ScopedPair(Scope scope, Pair pair) {}

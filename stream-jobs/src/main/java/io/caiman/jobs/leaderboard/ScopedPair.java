package io.caiman.jobs.leaderboard;

import io.caiman.jobs.predictions.Scope;

/** A pair as one scope sees it. */
record ScopedPair(Scope scope, Pair pair) {}

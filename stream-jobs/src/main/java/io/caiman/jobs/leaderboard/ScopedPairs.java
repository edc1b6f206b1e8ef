package io.caiman.jobs.leaderboard;

import io.caiman.jobs.predictions.Scope;

/** Pairs as one scope sees them. */
record ScopedPairs(Scope scope, Pairs pairs) {}

package io.caiman.jobs.leaderboard;

/**
 * One impression that both models scored.
 *
 * @param eventTime of the impression, ms since the epoch
 * @param rank see {@link ImpressionKey#rank}
 * @param user hash of the user
 * @param baseline the baseline's score with the label, see {@link io.caiman.model.evaluation.ScoredLabel}
 * @param score the other model's score, in [0, 1]
 */
record Pair(long eventTime, long rank, long user, long baseline, double score) {}

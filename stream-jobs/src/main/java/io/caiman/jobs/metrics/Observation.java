package io.caiman.jobs.metrics;

/**
 * One prediction of a known user and scope.
 *
 * @param eventTime of the impression, ms since the epoch
 * @param scoredLabel see {@link io.caiman.model.evaluation.ScoredLabel}
 */
record Observation(long eventTime, long scoredLabel) {}

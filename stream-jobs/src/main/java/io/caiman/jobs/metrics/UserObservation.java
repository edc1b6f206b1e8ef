package io.caiman.jobs.metrics;

import io.caiman.model.evaluation.ScoredLabel;

/**
 * One prediction as one scope sees it.
 *
 * @param user whose impression it was
 * @param eventTime of the impression, ms since the epoch
 * @param scoredLabel see {@link ScoredLabel}
 */
record UserObservation(ScopedUser user, long eventTime, long scoredLabel) {}

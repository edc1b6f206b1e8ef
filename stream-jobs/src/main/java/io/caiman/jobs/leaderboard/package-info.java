/**
 * The leaderboard: predictions of several models in, how each compares with one of them out.
 *
 * <p>{@link io.caiman.jobs.predictions.PredictionBatcher} gathers predictions by bucket of the impression. {@link
 * io.caiman.jobs.leaderboard.PairingStage} brings together the scores that models gave the same impressions of its buckets. {@link
 * io.caiman.jobs.leaderboard.ComparisonStage} is keyed by model, task and domain (or all of them) and keeps the pairs of scores by
 * panes of event time, as many as are needed and no more than an option allows.
 */
@NullMarked
package io.caiman.jobs.leaderboard;

import org.jspecify.annotations.NullMarked;

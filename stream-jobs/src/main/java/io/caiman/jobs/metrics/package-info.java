/**
 * The metrics job: predictions in, quality of each model on each domain and over all of them out.
 *
 * <p>{@link io.caiman.jobs.predictions.PredictionBatcher} gathers predictions by bucket of the user. The first stage, {@link
 * io.caiman.jobs.metrics.UserStage}, keeps the scores of the users of its buckets, so that each user's own AUC is exact, and
 * tells the second stage what has come and how the users' contribution to gAUC changes. The second stage, {@link
 * io.caiman.jobs.metrics.ScopeStage}, merges that for one model, task and domain into rolling, count and cumulative figures.
 */
@NullMarked
package io.caiman.jobs.metrics;

import org.jspecify.annotations.NullMarked;

/**
 * The metrics job: predictions in, quality of each model on each domain and over all of them out.
 *
 * <p>Two stages, each in parallel over its keys. {@link io.caiman.jobs.metrics.UserStage} keeps the scores of one user, so
 * that the user's own AUC is exact, and tells the second stage what has come and what the user contributes to gAUC. {@link
 * io.caiman.jobs.metrics.ScopeStage} merges that for one model, task and domain into rolling and cumulative figures.
 */
@NullMarked
package io.caiman.jobs.metrics;

import org.jspecify.annotations.NullMarked;

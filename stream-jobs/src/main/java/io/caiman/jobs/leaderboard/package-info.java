/**
 * The leaderboard: predictions of several models in, how each compares with one of them out.
 *
 * <p>Two stages, each in parallel over its keys. {@link io.caiman.jobs.leaderboard.PairingStage} is keyed by impression and task
 * and brings together the scores that models gave the same impression. {@link io.caiman.jobs.leaderboard.ComparisonStage} is
 * keyed by model, task and domain (or all of them) and keeps the pairs of scores by panes of event time, as many as are needed
 * and no more than an option allows.
 */
@NullMarked
package io.caiman.jobs.leaderboard;

import org.jspecify.annotations.NullMarked;

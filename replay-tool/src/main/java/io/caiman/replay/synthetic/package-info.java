/**
 * A made-up log with a known truth: users, items and clicks in the likeness of KuaiRand, from a seed, with the true
 * probability of each click beside it. {@link io.caiman.replay.synthetic.SyntheticLog} makes the impressions, {@link
 * io.caiman.replay.synthetic.HiddenTruth} holds the probabilities, {@link io.caiman.replay.synthetic.OracleEvaluation} says
 * how well a model that knew them would rank.
 */
@NullMarked
package io.caiman.replay.synthetic;

import org.jspecify.annotations.NullMarked;

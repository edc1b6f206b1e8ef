/**
 * How good scores are, which of two models is the better, and what a model has learned to tell apart. No tensors here.
 *
 * <ul>
 *   <li>Quality: AUC, gAUC, log loss and calibration of predicted probabilities against what happened. Figures of parts of a
 *       stream, computed anywhere, merge into the figures of the whole.
 *   <li>Comparison of models on the same impressions or over the same seeds: the test of DeLong, the cluster bootstrap, the
 *       paired t-test, and the mean rank over domains.
 *   <li>Representation: the singular spectrum and Information Abundance of embeddings, the Diversity Index of experts.
 * </ul>
 *
 * <p>A figure that is undefined is absent, never a stand-in value.
 */
@NullMarked
package io.caiman.model.evaluation;

import org.jspecify.annotations.NullMarked;

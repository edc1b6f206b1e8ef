/**
 * How good scores are: AUC, gAUC, log loss and calibration of predicted probabilities against what happened. Everything
 * here adds up: figures of parts of a stream, computed anywhere, merge into the figures of the whole. A figure that is
 * undefined is absent, never a stand-in value.
 */
@NullMarked
package io.caiman.model.evaluation;

import org.jspecify.annotations.NullMarked;

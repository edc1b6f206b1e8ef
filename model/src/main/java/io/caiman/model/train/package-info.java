/** Mini-batches and the predict-then-update step. */
@NullMarked
package io.caiman.model.train;

import org.jspecify.annotations.NullMarked;

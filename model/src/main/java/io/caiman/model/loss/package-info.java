/** What is minimised. */
@NullMarked
package io.caiman.model.loss;

import org.jspecify.annotations.NullMarked;

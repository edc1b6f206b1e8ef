/** Layers over DJL arrays, and the dense weights they share. */
@NullMarked
package io.caiman.model.nn;

import org.jspecify.annotations.NullMarked;

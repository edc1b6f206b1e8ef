/** Exact figures of quality, as reports state them, and the files reports go to. */
@NullMarked
package io.caiman.local.figures;

import org.jspecify.annotations.NullMarked;

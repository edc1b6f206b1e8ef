/** How values of a log become the ids of an impression's slots. */
@NullMarked
package io.caiman.replay.slot;

import org.jspecify.annotations.NullMarked;

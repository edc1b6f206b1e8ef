/** What is left of a run when its processes are killed: all of it. */
@NullMarked
package io.caiman.faults;

import org.jspecify.annotations.NullMarked;

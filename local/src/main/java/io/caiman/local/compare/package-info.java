/** Several models over one log in one process, straight from the log into the trainers: the paper's tables. */
@NullMarked
package io.caiman.local.compare;

import org.jspecify.annotations.NullMarked;

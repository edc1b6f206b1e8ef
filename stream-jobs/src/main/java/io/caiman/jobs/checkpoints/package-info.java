/** Checkpoints as a job finds them when it starts: which there are, and whether they are whole. */
@NullMarked
package io.caiman.jobs.checkpoints;

import org.jspecify.annotations.NullMarked;

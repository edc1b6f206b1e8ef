@NullMarked
package io.caiman.jobs.checkpoints;

import org.jspecify.annotations.NullMarked;

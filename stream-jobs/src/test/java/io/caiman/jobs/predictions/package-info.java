@NullMarked
package io.caiman.jobs.predictions;

import org.jspecify.annotations.NullMarked;

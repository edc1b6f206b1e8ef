@NullMarked
package io.caiman.jobs.feedback;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.caiman.jobs.options;

import org.jspecify.annotations.NullMarked;

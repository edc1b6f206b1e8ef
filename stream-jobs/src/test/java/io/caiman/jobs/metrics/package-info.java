@NullMarked
package io.caiman.jobs.metrics;

import org.jspecify.annotations.NullMarked;

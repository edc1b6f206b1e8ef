/** Measurements; how to run them stands in the README. */
@NullMarked
package io.caiman.benchmarks;

import org.jspecify.annotations.NullMarked;

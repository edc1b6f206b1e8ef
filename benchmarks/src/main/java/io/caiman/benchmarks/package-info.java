/** Measurements; how to run them stands in {@code docs/performance.md}. */
@NullMarked
package io.caiman.benchmarks;

import org.jspecify.annotations.NullMarked;

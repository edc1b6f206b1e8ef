@NullMarked
package io.caiman.benchmarks;

import org.jspecify.annotations.NullMarked;

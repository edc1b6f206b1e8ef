/** The launcher, and the demo: everything in one JVM. */
@NullMarked
package io.caiman.local;

import org.jspecify.annotations.NullMarked;

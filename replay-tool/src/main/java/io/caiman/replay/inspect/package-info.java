/** What is in a log: counts, rates and cardinalities, and what is wrong with its lines. */
@NullMarked
package io.caiman.replay.inspect;

import org.jspecify.annotations.NullMarked;

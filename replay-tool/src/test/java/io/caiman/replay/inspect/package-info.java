@NullMarked
package io.caiman.replay.inspect;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.caiman.replay.synthetic;

import org.jspecify.annotations.NullMarked;

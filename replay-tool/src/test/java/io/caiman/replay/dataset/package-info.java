@NullMarked
package io.caiman.replay.dataset;

import org.jspecify.annotations.NullMarked;

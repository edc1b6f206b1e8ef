@NullMarked
package io.caiman.replay;

import org.jspecify.annotations.NullMarked;

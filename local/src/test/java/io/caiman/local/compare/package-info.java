@NullMarked
package io.caiman.local.compare;

import org.jspecify.annotations.NullMarked;

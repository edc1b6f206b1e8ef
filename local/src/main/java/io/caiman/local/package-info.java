@NullMarked
package io.caiman.local;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.caiman.dashboard;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.caiman.model.health;

import org.jspecify.annotations.NullMarked;

/** What tells a healthy model from a sick one while it learns. */
@NullMarked
package io.caiman.model.health;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.caiman.model.zoo;

import org.jspecify.annotations.NullMarked;

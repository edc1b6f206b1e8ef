@NullMarked
package io.caiman.model;

import org.jspecify.annotations.NullMarked;

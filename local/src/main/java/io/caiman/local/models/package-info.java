/** The models there are: listed, and tuned with the same budget each. */
@NullMarked
package io.caiman.local.models;

import org.jspecify.annotations.NullMarked;

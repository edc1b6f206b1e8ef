@NullMarked
package io.caiman.local.models;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.caiman.model.evaluation;

import org.jspecify.annotations.NullMarked;

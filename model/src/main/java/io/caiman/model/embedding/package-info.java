/** Embedding rows: their keys, layout, first values, and the stores that hold them. */
@NullMarked
package io.caiman.model.embedding;

import org.jspecify.annotations.NullMarked;

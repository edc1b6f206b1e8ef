/** What a model is, as immutable, self-validating records, and how they are read from YAML. */
@NullMarked
package io.caiman.model.spec;

import org.jspecify.annotations.NullMarked;

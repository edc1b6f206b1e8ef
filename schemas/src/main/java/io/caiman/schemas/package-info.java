/**
 * What travels between the parts of Caiman: the records (generated from {@code src/main/avro} into {@link
 * io.caiman.schemas.avro}), their one codec and the topics they live in.
 */
@NullMarked
package io.caiman.schemas;

import org.jspecify.annotations.NullMarked;

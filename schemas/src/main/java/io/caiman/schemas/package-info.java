/**
 * What travels between the parts of Caiman: the records (generated from {@code src/main/avro} into {@link
 * io.caiman.schemas.avro}), their one codec, the topics they live in, how a file says what clients of these need, and how far a
 * consumer group is behind.
 */
@NullMarked
package io.caiman.schemas;

import org.jspecify.annotations.NullMarked;

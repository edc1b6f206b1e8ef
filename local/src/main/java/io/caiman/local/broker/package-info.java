/** A Kafka broker inside this JVM, so that one command needs no cluster. */
@NullMarked
package io.caiman.local.broker;

import org.jspecify.annotations.NullMarked;

/**
 * The jobs' ends in Kafka: the connection, the source of records as they lie in the log, their decoding with dead letters
 * for what cannot be used, sinks, and how records are serialized inside Flink.
 */
@NullMarked
package io.caiman.jobs.connect;

import org.jspecify.annotations.NullMarked;

/**
 * The live page: reads the published figures from Kafka, keeps a bounded picture of them in memory and serves it as a
 * page, as JSON and as server-sent events. It writes nothing; whatever it shows is in the log.
 */
@NullMarked
package io.caiman.dashboard;

import org.jspecify.annotations.NullMarked;

/** Broker, Flink, replay, both jobs and the dashboard in one JVM, from a log to a report. */
@NullMarked
package io.caiman.local.demo;

import org.jspecify.annotations.NullMarked;

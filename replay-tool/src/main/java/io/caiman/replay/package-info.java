/**
 * Replaying a log into Kafka in order of event time, at a chosen pace: {@link io.caiman.replay.Replay} does it, {@link
 * io.caiman.replay.ReplayCommand} is its command line.
 */
@NullMarked
package io.caiman.replay;

import org.jspecify.annotations.NullMarked;

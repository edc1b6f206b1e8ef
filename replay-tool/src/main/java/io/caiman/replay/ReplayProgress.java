package io.caiman.replay;

import java.util.OptionalLong;

/**
 * Where a replay stands.
 *
 * @param done entries of the log dealt with: sent, found in the topic already, or bad
 * @param expected entries of the log in all, where known
 * @param sent impressions sent by this run
 * @param alreadyThere impressions the topic held from an earlier run
 * @param bad bad lines, sent to the dead letters now or earlier
 * @param eventTimeMs event time of the last impression; 0 before the first
 * @param lag records that the consumer group asked about has yet to take; absent where none was named or it is not known
 */
public record ReplayProgress(
        long done, OptionalLong expected, long sent, long alreadyThere, long bad, long eventTimeMs, OptionalLong lag) {}
